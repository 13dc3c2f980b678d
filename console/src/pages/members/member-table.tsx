import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";
import { Link, useNavigate } from "react-router";
import { Chip } from "../../parts/chips.tsx";
import { DayText, Money, RelativeTime } from "../../parts/figures.tsx";
import { businessDay } from "../../texts/business-time.ts";
import { formatCount } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { type MemberRow, prefetchMember } from "./member-data.ts";
import "../../parts/data-table.css";
import "./member-table.css";
import "./texts.ts";
import { useRowWindow } from "./virtual-rows.ts";

const ROW_PX = 40;
const ROW_PHONE_PX = 58;
const narrow = matchMedia("(max-width: 719px)");

function useNarrow(): boolean {
  return useSyncExternalStore(
    (notify) => {
      narrow.addEventListener("change", notify);
      return () => narrow.removeEventListener("change", notify);
    },
    () => narrow.matches,
  );
}

interface Column {
  readonly key: string;
  readonly numeric?: boolean;
  readonly hide?: "phone" | "tablet";
  readonly render: (row: MemberRow, t: Translate) => ReactNode;
}

const COLUMNS: readonly Column[] = [
  { key: "member", render: (row, t) => <MemberCell row={row} t={t} /> },
  { key: "store", hide: "phone", render: (row) => row.home_store ?? <None /> },
  { key: "city", hide: "tablet", render: (row) => row.city ?? <None /> },
  {
    key: "joined",
    hide: "tablet",
    render: (row) => (row.joined_at ? <DayText day={businessDay(new Date(row.joined_at))} /> : <None />),
  },
  { key: "sources", numeric: true, hide: "tablet", render: (row) => formatCount(row.sources) },
  { key: "orders", numeric: true, hide: "phone", render: (row) => formatCount(row.orders) },
  { key: "last_order", numeric: true, hide: "phone", render: (row, t) => lastOrder(row, t) },
  { key: "net", numeric: true, render: (row, t) => <NetCell row={row} t={t} /> },
];

const None = () => <span className="ht-none">—</span>;

const lastOrder = (row: MemberRow, t: Translate) =>
  row.last_order_at ? <RelativeTime at={row.last_order_at} /> : <span className="ht-none">{t("list.never")}</span>;

/** The masked name is the link; a member without a name is named by what there is. */
function MemberCell({ row, t }: { row: MemberRow; t: Translate }) {
  return (
    <span className="mb-cell">
      <Link className="mb-name" to={`/members/${row.member_id}`}>
        {row.name_masked ?? t("list.no_name")}
      </Link>
      <span className="mb-phone">{row.phone_masked ?? t("list.no_phone")}</span>
      {row.flags.map((flag) => (
        <Chip key={flag} tone="warn">
          {t(`flag.${flag}`)}
        </Chip>
      ))}
      {row.matched_by?.map((match) => (
        <Chip key={`${match.kind}${match.masked}`} tone="accent" title={t("search.matched")}>
          {t(`as.${match.kind}`)} {match.masked}
        </Chip>
      ))}
    </span>
  );
}

function NetCell({ row, t }: { row: MemberRow; t: Translate }) {
  return (
    <span className="mb-net">
      <Money minor={row.net_fen} />
      <span className="mb-net-last">{lastOrder(row, t)}</span>
    </span>
  );
}

interface MemberTableProps {
  readonly rows: readonly MemberRow[];
  /** All rows there are, for screen readers; null while only loaded ones are known. */
  readonly total?: number | null | undefined;
  readonly more?: { readonly load: () => void; readonly loading: boolean } | undefined;
  readonly label?: string;
  readonly stale?: boolean;
  /** What can be done with a row where the list stands, after its other columns. */
  readonly act?: ((row: MemberRow) => ReactNode) | undefined;
}

/**
 * The one table of members: only the rows in sight are in the page, the next cursor page is fetched before its end
 * is reached. Enter or a click opens the member; hovering fetches it.
 */
export function MemberTable({ rows, total, more, label, stale, act }: MemberTableProps) {
  const t = useTexts("members");
  const body = useRef<HTMLTableSectionElement>(null);
  const rowPx = useNarrow() ? ROW_PHONE_PX : ROW_PX;
  const view = useRowWindow(body, rows.length, rowPx);
  const nearEnd = view.last >= rows.length - 10;
  useEffect(() => {
    if (nearEnd && more !== undefined && !more.loading) more.load();
  }, [nearEnd, more]);
  return (
    <section className={`mb-table-frame${stale ? " mb-stale" : ""}`} tabIndex={0} aria-label={label ?? t("list.table")}>
      <table
        className="ht-table mb-table"
        aria-rowcount={total ?? -1}
        style={{ "--mb-row": `${rowPx}px` } as React.CSSProperties}
      >
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th key={column.key} scope="col" className={cellClass(column)}>
                {t(`column.${column.key}`)}
              </th>
            ))}
            {act === undefined ? null : (
              <th scope="col">
                <span className="ht-hidden">{t("column.act")}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody ref={body}>
          <Gap height={view.before} />
          {rows.slice(view.first, view.last).map((row, index) => (
            <Row key={row.member_id} row={row} t={t} index={view.first + index} act={act} />
          ))}
          <Gap height={view.after} />
        </tbody>
      </table>
      {more?.loading ? <p className="mb-loading ht-note">{t("list.loading_more")}</p> : null}
    </section>
  );
}

const Gap = ({ height }: { height: number }) =>
  height === 0 ? null : (
    <tr aria-hidden="true" className="mb-gap">
      <td colSpan={COLUMNS.length} style={{ height }} />
    </tr>
  );

const cellClass = (column: Column): string =>
  [column.numeric ? "ht-num" : "", column.hide ? `ht-hide-${column.hide}` : "", `mb-col-${column.key}`]
    .filter(Boolean)
    .join(" ");

interface RowProps {
  readonly row: MemberRow;
  readonly t: Translate;
  readonly index: number;
  readonly act: MemberTableProps["act"];
}

function Row({ row, t, index, act }: RowProps) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const open = (event: React.MouseEvent) => {
    if ((event.target as HTMLElement).closest("a,button") || window.getSelection()?.toString()) return;
    void navigate(`/members/${row.member_id}`);
  };
  return (
    <tr
      className="ht-row-link"
      aria-rowindex={index + 2}
      onClick={open}
      onPointerEnter={() => prefetchMember(client, String(row.member_id))}
      onFocus={() => prefetchMember(client, String(row.member_id))}
    >
      {COLUMNS.map((column) => (
        <td key={column.key} className={cellClass(column)}>
          {column.render(row, t)}
        </td>
      ))}
      {act === undefined ? null : <td className="ht-num mb-act">{act(row)}</td>}
    </tr>
  );
}
