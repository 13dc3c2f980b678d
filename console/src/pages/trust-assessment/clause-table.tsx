import { DataTable } from "../../parts/data-table.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { word } from "../trust-risks/trust-data.ts";
import { type Assessment, RESULTS } from "./assessment-data.ts";

/** The whole of clause 8.1: what was looked at by result, and what was not. */
export function ClauseTable({ assessment }: { assessment: Assessment }) {
  const t = useTexts("trust-assessment");
  const sum = (of: (clause: Assessment["clauses"][number]) => number) =>
    assessment.clauses.reduce((total, clause) => total + of(clause), 0);
  const total = {
    clause: "8.1",
    zh: t("all"),
    en: t("all"),
    items: sum(({ items }) => items),
    outside: sum(({ outside }) => outside),
    counts: Object.fromEntries(RESULTS.map((result) => [result, sum(({ counts }) => counts[result])])) as Record<
      (typeof RESULTS)[number],
      number
    >,
  };
  const figure = (value: number) => (value === 0 ? <span className="ht-none">0</span> : formatCount(value));
  return (
    <DataTable
      label={t("clauses")}
      rows={[...assessment.clauses, total]}
      rowKey={({ clause }) => clause}
      rowTone={({ counts, clause }) =>
        clause !== "8.1" && RESULTS.every((result) => counts[result] === 0) ? "quiet" : undefined
      }
      columns={[
        {
          key: "clause",
          title: t("clause"),
          wrap: true,
          render: (clause) => (
            <>
              <b>{clause.clause}</b> {word(clause)}
            </>
          ),
        },
        { key: "items", title: t("total"), numeric: true, render: ({ items }) => formatCount(items) },
        ...RESULTS.map((result) => ({
          key: result,
          title: t(`result.${result}`),
          numeric: true,
          ...(result === "not_applicable" ? { hide: "phone" as const } : {}),
          render: ({ counts }: Assessment["clauses"][number]) => figure(counts[result]),
        })),
        { key: "outside", title: t("outside"), numeric: true, render: ({ outside }) => figure(outside) },
      ]}
    />
  );
}
