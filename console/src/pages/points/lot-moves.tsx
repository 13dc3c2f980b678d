import { type Column, DataTable } from "../../parts/data-table.tsx";
import { DayText, Instant } from "../../parts/figures.tsx";
import { formatCount } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import type { LotMove } from "./member-points-data.ts";
import { usePointsOverview } from "./points-data.ts";
import { useReferenceWords } from "./use-words.ts";

const SLIDE = /^P(\d+)([MD])(\+spend)?$/;

/** How a last day moves on, in words; undefined where it stays. */
export function slideWords(slide: string | null, t: Translate): string | undefined {
  const [, length, unit, spend] = SLIDE.exec(slide ?? "") ?? [];
  if (length === undefined) return undefined;
  return t(spend === undefined ? "ledger.slides" : "ledger.slides_spend", {
    length: `${length} ${t(unit === "M" ? "unit.months" : "unit.days")}`,
  });
}

/** Every moving of a lot's last day: from when to when, and by what its member did. */
export function LotMoves({ moves, t }: { moves: readonly LotMove[]; t: Translate }) {
  const words = useReferenceWords(usePointsOverview().data?.rules);
  const columns: readonly Column<LotMove>[] = [
    { key: "at", title: t("ledger.at"), render: (move) => <Instant at={move.at} /> },
    {
      key: "to",
      title: t("moves.days"),
      render: (move) => (
        <>
          <DayText day={move.from_day} /> → <DayText day={move.to_day} />
        </>
      ),
    },
    {
      key: "why",
      title: t("moves.why"),
      wrap: true,
      render: (move) => (
        <>
          <DayText day={move.activity_day} />{" "}
          {move.activity === "purchase"
            ? t("moves.order", { n: move.reference.replace("order:", "") })
            : words(move.reference)}
        </>
      ),
    },
    {
      key: "batch",
      title: t("ledger.batch"),
      numeric: true,
      hide: "phone",
      render: (move) => <span className="ht-note">{formatCount(move.batch_id)}</span>,
    },
  ];
  return (
    <DataTable
      label={t("moves.title")}
      columns={columns}
      rows={moves}
      rowKey={(move) => `${move.batch_id} ${move.to_day}`}
    />
  );
}
