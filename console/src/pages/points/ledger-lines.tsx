import { Link, useSearchParams } from "react-router";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Instant } from "../../parts/figures.tsx";
import { formatCount } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import type { LedgerLine } from "./member-points-data.ts";
import { usePointsOverview } from "./points-data.ts";
import { useReferenceWords } from "./use-words.ts";

interface LinesProps {
  readonly lines: readonly LedgerLine[];
  readonly label: string;
  /** The lot or the reference that is open: what leads there is no link. */
  readonly lot?: number;
  readonly reference?: string;
  readonly t: Translate;
}

/** Movements of the ledger: when, from where to where, how many, why, and in which batch. */
export function LedgerLines({ lines, label, lot, reference, t }: LinesProps) {
  const [params] = useSearchParams();
  const words = useReferenceWords(usePointsOverview().data?.rules);
  const opening = (part: Readonly<Record<string, string>>) => {
    const next = new URLSearchParams();
    for (const name of ["q", "member"]) if (params.get(name) !== null) next.set(name, params.get(name) ?? "");
    for (const [name, value] of Object.entries(part)) next.set(name, value);
    return `?${next.toString()}`;
  };
  const end = (kind: string, id: number, at: number | null) => (
    <>
      {t(`account.${kind}`, { defaultValue: kind })}
      {at === null || at === lot ? null : (
        <>
          {" "}
          <Link to={opening({ lot: String(at) })} preventScrollReset>
            {t("ledger.lot_no", { n: at })}
          </Link>
        </>
      )}
      {at === null && ["pending", "active", "held", "debt"].includes(kind) ? ` ${t("member_no", { n: id })}` : null}
    </>
  );
  const columns: readonly Column<LedgerLine>[] = [
    { key: "at", title: t("ledger.at"), render: (line) => <Instant at={line.at} /> },
    {
      key: "path",
      title: t("ledger.path"),
      render: (line) => (
        <>
          {end(line.from_kind, line.from_id, line.from_lot)} → {end(line.to_kind, line.to_id, line.to_lot)}
        </>
      ),
    },
    { key: "points", title: t("unit.points"), numeric: true, render: (line) => formatCount(line.points) },
    ...(reference === undefined
      ? [
          {
            key: "why",
            title: t("ledger.why"),
            wrap: true,
            render: (line: LedgerLine) => (
              <Link to={opening({ reference: line.reference })} preventScrollReset>
                {words(line.reference)}
              </Link>
            ),
          },
        ]
      : []),
    {
      key: "batch",
      title: t("ledger.batch"),
      numeric: true,
      hide: "phone",
      render: (line) => <span className="ht-note">{formatCount(line.batch_id)}</span>,
    },
  ];
  return <DataTable label={label} columns={columns} rows={lines} rowKey={(line) => line.transfer_id} />;
}
