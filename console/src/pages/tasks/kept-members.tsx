import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Instant, Money, RelativeTime } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { currentDay } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import { Due, MemberLink } from "./task-list.tsx";
import { type KeptMember, useKeptMembers } from "./tasks-data.ts";

function columns(t: Translate): readonly Column<KeptMember>[] {
  return [
    {
      key: "member",
      title: t("column.member"),
      wrap: true,
      render: (row) => (
        <span className="ht-cell-two">
          <MemberLink row={row} t={t} />
        </span>
      ),
    },
    {
      key: "tier",
      title: (
        <>
          {t("column.tier")}
          <span className="tk-phone"> · {t("column.last_order")}</span>
        </>
      ),
      render: (row) => (
        <span className="ht-cell-two">
          <span>{row.tier_zh === null ? "—" : <Chip>{pick(row.tier_zh, row.tier_en ?? "")}</Chip>}</span>
          <small className="tk-phone">
            {row.last_order_at === null ? t("members.never") : <RelativeTime at={row.last_order_at} />}
          </small>
        </span>
      ),
    },
    {
      key: "last",
      title: t("column.last_order"),
      hide: "phone",
      render: (row) => <Instant at={row.last_order_at} />,
    },
    {
      key: "net",
      title: t("column.net"),
      numeric: true,
      hide: "phone",
      render: (row) => <Money minor={row.net_minor} />,
    },
    {
      key: "due",
      title: t("column.due"),
      render: (row) =>
        row.next_due === null ? (
          <span className="ht-note">{t("members.nothing_due")}</span>
        ) : (
          <span className="ht-cell-two">
            <Due day={row.next_due} today={currentDay()} t={t} />
            {row.open_tasks > 1 ? <small>{t("members.tasks", { n: row.open_tasks })}</small> : null}
          </span>
        ),
    },
  ];
}

/** Members of one associate: tier, last purchase, what is due first. */
export function KeptMembers({ associate_id, title, t }: { associate_id: number; title: string; t: Translate }) {
  const query = useKeptMembers(associate_id);
  return (
    <Card flush title={title}>
      <Loaded query={query} skeleton={<SkeletonTable columns={4} />}>
        {({ pages }) => (
          <DataTable
            label={title}
            columns={columns(t)}
            rows={pages.flatMap((page) => page.items)}
            rowKey={(row) => row.member_id ?? 0}
            empty={<EmptyState small title={t("members.empty")} text={t("members.empty_text")} />}
            more={
              query.hasNextPage
                ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
                : undefined
            }
          />
        )}
      </Loaded>
    </Card>
  );
}
