import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import type { Opening, OpeningPage, RowProblem, useOpening } from "./opening-data.ts";

interface ProblemsProps {
  readonly opening: Opening;
  readonly counts: OpeningPage["problem_counts"];
  readonly pages: readonly OpeningPage[];
  readonly query: ReturnType<typeof useOpening>;
  readonly t: Translate;
}

/** Rows that bring nothing in, each with its reason; the numbers of rows are those of the file. */
export function ProblemsCard({ opening, counts, pages, query, t }: ProblemsProps) {
  const rows = pages.flatMap((page) => page.problems);
  const columns: readonly Column<RowProblem>[] = [
    { key: "row", title: t("problems.row"), numeric: true, width: "80px", render: (row) => formatCount(row.row) },
    {
      key: "member",
      title: t("problems.member"),
      hide: "phone",
      render: (row) => row.member_masked ?? <span className="ht-none">—</span>,
    },
    { key: "why", title: t("problems.why"), wrap: true, render: (row) => pick(row.zh, row.en) },
  ];
  return (
    <Card
      flush
      title={t("problems.title")}
      note={t("problems.note", { wrong: formatCount(opening.wrong), rows: formatCount(opening.rows) })}
    >
      {counts.length < 2 ? null : (
        <p className="ht-row op-inset">
          {counts.map(({ code, rows: n }) => (
            <Chip key={code}>
              {t(`code.${code.replace(".", "_")}`, { defaultValue: code })} {formatCount(n)}
            </Chip>
          ))}
        </p>
      )}
      <DataTable
        label={t("problems.title")}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.row}
        empty={<EmptyState small title={t("problems.none")} text={t(`kind.${opening.kind}.none_text`)} />}
        more={
          query.hasNextPage ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage } : undefined
        }
      />
    </Card>
  );
}
