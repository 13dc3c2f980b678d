import { CloseOutlined } from "@ant-design/icons";
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, SkeletonTable } from "../../parts/states.tsx";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { MemberTable } from "../members/member-table.tsx";
import { rowsOf, useMemberPages } from "../members/member-data.ts";
import { seedLink } from "../segments/model/seeds.ts";
import { bandsOf } from "./heat-map.ts";
import type { Rfm } from "./rfm-data.ts";
import { dayBand, moneyBand } from "./rfm-map.tsx";

interface BehindProps {
  readonly rfm: Rfm;
  /** A class cell ("A1") or one of the two groups outside. */
  readonly cell: string | null;
  readonly place: { readonly level: string | null; readonly f: string | null; readonly m: string | null };
}

function titleOf({ rfm, cell, place }: BehindProps, t: Translate): string {
  if (cell === "never" || cell === "over_365") return t(`others.${cell}`);
  if (cell !== null) {
    const [letter = "", level = ""] = cell;
    return t("behind.title_cell", { cell, meaning: `${t(`class.${letter}`)} · ${t(`level.${level}`)}` });
  }
  if (place.f === null) return t(`map.level_${place.level}`);
  const f = bandsOf(rfm.bands.f).find((band) => band.number === Number(place.f));
  const m = bandsOf(rfm.bands.m_minor).find((band) => band.number === Number(place.m));
  return t("behind.title_map", {
    level: t(`map.level_${place.level}`),
    f: f === undefined ? "" : dayBand(f, t),
    m: m === undefined ? "" : moneyBand(m, rfm.currency, t),
  });
}

/** The members behind the number that was chosen, on the same page, so that the map stays in sight. */
export function Behind(props: BehindProps) {
  const { cell, place } = props;
  const t = useTexts("value");
  const top = useRef<HTMLDivElement>(null);
  const query: Record<string, string | undefined> =
    cell === null
      ? { level: place.level ?? undefined, f_band: place.f ?? undefined, m_band: place.m ?? undefined }
      : { cell };
  const list = useMemberPages(["rfm", "members", query], "/api/rfm/members", query);
  const chosen = JSON.stringify(query);
  useEffect(() => {
    if (chosen !== "") top.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [chosen]);
  const rows = rowsOf(list.data);
  return (
    <div ref={top} className="rf-behind">
      <Card
        title={titleOf(props, t)}
        flush
        extra={
          <>
            {cell !== null && cell.length === 2 ? (
              <Link className="rf-save" to={seedLink({ rfm: cell })}>
                {t("behind.save")}
              </Link>
            ) : null}
            <Link
              to="?"
              preventScrollReset
              aria-label={t("behind.close")}
              title={t("behind.close")}
              className="rf-close"
            >
              <CloseOutlined aria-hidden="true" />
            </Link>
          </>
        }
      >
        {list.data === undefined && list.error ? (
          <ErrorState small error={list.error} retry={() => void list.refetch()} />
        ) : null}
        {list.data === undefined && !list.error ? <SkeletonTable rows={5} columns={6} /> : null}
        {list.data !== undefined && rows.length === 0 ? <EmptyState small title={t("behind.empty")} /> : null}
        {rows.length > 0 ? (
          <MemberTable
            rows={rows}
            total={list.data?.pages[0]?.total}
            label={titleOf(props, t)}
            stale={list.isPlaceholderData}
            more={
              list.hasNextPage ? { load: () => void list.fetchNextPage(), loading: list.isFetchingNextPage } : undefined
            }
          />
        ) : null}
      </Card>
    </div>
  );
}
