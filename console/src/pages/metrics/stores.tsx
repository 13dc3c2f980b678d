import { useSearchParams } from "react-router";
import { withQuery } from "../../api/client.ts";
import { Choices } from "../../parts/chips.tsx";
import { Count, Money, Ratio } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatDay, formatInstant, formatRatio } from "../../texts/format.ts";
import { currentLanguage, type Translate, useTexts } from "../../texts/texts.ts";
import { type StoreRow, type StoreTable, useStores } from "./metrics-data.ts";
import { change, type Line, linesOf, type SortKey, SORTS } from "./store-rows.ts";
import "../../parts/data-table.css";
import "./metrics.css";
import "./texts.ts";

/** The table per store of a morning. */
export function StoresPage() {
  const t = useTexts("metrics");
  const [params, setParams] = useSearchParams();
  const query = useStores(params.get("day"));
  const { data } = query;
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    next.set(name, value);
    setParams(next, { replace: name !== "day" });
  };
  const note = (table: StoreTable) =>
    table.made_at === null
      ? t("stores.live", { day: formatDay(table.day) })
      : t("stores.made", { day: formatDay(table.day), at: formatInstant(table.made_at, { day: true }) });
  return (
    <div className="ht-page">
      <PageHeader
        title={t("stores.title")}
        note={data === undefined ? undefined : note(data)}
        actions={
          <>
            <input
              className="mt-day"
              type="date"
              aria-label={t("day")}
              value={data?.day ?? ""}
              onChange={(event) => event.target.value !== "" && set("day", event.target.value)}
            />
            <a
              className="ht-button"
              href={withQuery("/api/metrics/stores.xlsx", { day: params.get("day"), language: currentLanguage() })}
              download
            >
              {t("excel")}
            </a>
          </>
        }
      />
      <Loaded query={query} skeleton={<SkeletonTable rows={12} columns={9} />}>
        {(table) => <Body table={table} params={params} set={set} t={t} />}
      </Loaded>
    </div>
  );
}

interface BodyProps {
  readonly table: StoreTable;
  readonly params: URLSearchParams;
  readonly set: (name: string, value: string) => void;
  readonly t: Translate;
}

function Body({ table, params, set, t }: BodyProps) {
  const sort = SORTS.find((key) => key === params.get("sort")) ?? "net";
  const descending = params.get("order") !== "asc";
  const grouped = params.get("group") !== "none";
  const lines = linesOf(table.rows, sort, descending, grouped);
  const last = t("stores.last_year", { day: formatDay(table.last_year.day, true), by: t(`by.${table.last_year.by}`) });
  return (
    <Card
      flush
      title={last}
      note={t("stores.note")}
      extra={
        <Choices
          label={t("stores.group_label")}
          value={grouped ? "region" : "none"}
          items={[
            { key: "region", label: t("stores.group") },
            { key: "none", label: t("stores.ungroup") },
          ]}
          onChange={(key) => set("group", key)}
        />
      }
    >
      <section className="ht-table-scroll" tabIndex={0} aria-label={t("stores.title")}>
        <table className={`ht-table mt-stores${grouped ? " mt-stores-grouped" : ""}`}>
          <Head
            sort={sort}
            descending={descending}
            onSort={(key) => (key === sort ? set("order", descending ? "asc" : "desc") : set("sort", key))}
            t={t}
          />
          <tbody>
            {lines.map((line) => (
              <tr key={line.key} className={line.kind === "region" ? "mt-region" : undefined}>
                <th scope="row">{nameOf(line, t)}</th>
                <Cells
                  row={line.row}
                  day={table.day}
                  currency={table.currency}
                  store={line.kind === "store" ? line.row.store_code : null}
                  t={t}
                />
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr className="mt-total">
              <th scope="row">
                {t("stores.total_of", { n: table.rows.filter((row) => row.store_code !== "").length })}
              </th>
              <Cells
                row={{ ...table.total, store_code: "", store_name: null, region_code: null, region_name: null }}
                same={{ net: table.total.same_store_net_minor, month: table.total.same_store_month_net_minor }}
                day={table.day}
                currency={table.currency}
                store={null}
                t={t}
              />
            </tr>
          </tfoot>
        </table>
      </section>
    </Card>
  );
}

function nameOf(line: Line, t: Translate): string {
  if (line.kind === "region") return line.region ?? t("region_none");
  return line.row.store_code === "" ? t("stores.outside") : (line.name ?? line.row.store_code);
}

const COLUMNS: readonly (SortKey | "last")[] = [
  "net",
  "orders",
  "average",
  "share",
  "new",
  "last",
  "change",
  "month_net",
  "month_change",
  "month_new",
];

function Head({
  sort,
  descending,
  onSort,
  t,
}: {
  sort: SortKey;
  descending: boolean;
  onSort: (key: SortKey) => void;
  t: Translate;
}) {
  return (
    <thead>
      <tr>
        <th scope="col">{t("stores.store")}</th>
        {COLUMNS.map((key) =>
          key === "last" ? (
            <th key={key} scope="col" className="ht-num">
              {t("stores.last")}
            </th>
          ) : (
            <th
              key={key}
              scope="col"
              className="ht-num"
              aria-sort={key === sort ? (descending ? "descending" : "ascending") : "none"}
            >
              <button
                type="button"
                className="mt-sort"
                onClick={() => onSort(key)}
                aria-label={t("stores.sort", { name: t(`stores.${key}`) })}
              >
                {t(`stores.${key}`)}
                <span aria-hidden="true">{key === sort ? (descending ? " ↓" : " ↑") : ""}</span>
              </button>
            </th>
          ),
        )}
      </tr>
    </thead>
  );
}

interface CellsProps {
  readonly row: StoreRow;
  /** What is compared with the year before, where that is less than the row: stores open in both years. */
  readonly same?: { readonly net: number; readonly month: number };
  readonly day: string;
  readonly currency: string;
  /** The store whose members the new ones link to; null for sums. */
  readonly store: string | null;
  readonly t: Translate;
}

function Cells({ row, same, day, currency, store, t }: CellsProps) {
  const joined = (from: string) => withQuery("/members", { joined: `${from}..${day}`, store });
  const cells = [
    <Money key="net" minor={row.net_minor} currency={currency} />,
    <Count key="orders" value={row.orders} />,
    <Money
      key="average"
      minor={row.orders === 0 ? null : Math.round(row.net_minor / row.orders)}
      currency={currency}
    />,
    <Ratio key="share" value={row.orders === 0 ? null : row.member_orders / row.orders} />,
    <Count key="new" value={row.new_members} to={store === null || store === "" ? undefined : joined(day)} />,
    row.last_year_net_minor === null ? (
      <None key="last" t={t} />
    ) : (
      <Money key="last" minor={row.last_year_net_minor} currency={currency} />
    ),
    <Change key="change" value={change(same?.net ?? row.net_minor, row.last_year_net_minor)} />,
    <Money key="month" minor={row.month_net_minor} currency={currency} />,
    <Change key="month_change" value={change(same?.month ?? row.month_net_minor, row.last_year_month_net_minor)} />,
    <Count
      key="month_new"
      value={row.month_new_members}
      to={store === null || store === "" ? undefined : joined(`${day.slice(0, 7)}-01`)}
    />,
  ];
  return cells.map((cell) => (
    <td key={cell.key} className="ht-num">
      {cell}
    </td>
  ));
}

function None({ t }: { t: Translate }) {
  return <span className="ht-note">{t("stores.none")}</span>;
}

function Change({ value }: { value: number | null }) {
  if (value === null) return <span className="ht-none">—</span>;
  const tone = value === 0 ? "flat" : value > 0 ? "good" : "bad";
  return (
    <span className={`ht-figure ht-tone-${tone}`}>
      {value > 0 ? "+" : ""}
      {formatRatio(value).replace("-", "−")}
    </span>
  );
}
