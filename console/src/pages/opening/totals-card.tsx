import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Difference } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatCount } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import { type Opening, type Stated, type Totals, useOpeningAct } from "./opening-data.ts";

interface Line {
  readonly key: string;
  readonly label: string;
  readonly found: number;
}

const MONTH = "month ";

function linesOf(totals: Totals, stated: Stated | null, t: Translate): readonly Line[] {
  const months = new Map(totals.months.map(({ month, points }) => [month, points]));
  for (const { month } of stated?.months ?? []) if (!months.has(month)) months.set(month, 0);
  const sorted = [...months].toSorted(([a], [b]) => (a ?? "9999").localeCompare(b ?? "9999"));
  return [
    { key: "members", label: t("totals.members"), found: totals.members },
    { key: "lots", label: t("totals.lots"), found: totals.lots },
    { key: "points", label: t("totals.points"), found: totals.points },
    ...sorted.map(([month, points]) => ({
      key: `${MONTH}${month ?? ""}`,
      label: month === null ? t("totals.endless") : t("totals.month", { month }),
      found: points,
    })),
  ];
}

function typedFrom(stated: Stated | null): Readonly<Record<string, string>> {
  if (stated === null) return {};
  const months = (stated.months ?? []).map(({ month, points }) => [`${MONTH}${month ?? ""}`, String(points)]);
  const { members, points, lots } = stated;
  return {
    members: String(members),
    points: String(points),
    ...(lots === undefined ? {} : { lots: String(lots) }),
    ...Object.fromEntries(months),
  };
}

const numberOf = (text: string | undefined): number | undefined => {
  const plain = (text ?? "").replaceAll(",", "").trim();
  return /^\d{1,15}$/.test(plain) ? Number(plain) : undefined;
};

/** @returns undefined where members or points are missing, or something typed is no number */
function statedOf(typed: Readonly<Record<string, string>>): Stated | undefined {
  const [members, points, lots] = [numberOf(typed["members"]), numberOf(typed["points"]), numberOf(typed["lots"])];
  const filled = Object.entries(typed).filter(([, text]) => text.trim() !== "");
  if (members === undefined || points === undefined) return undefined;
  if (filled.some(([, text]) => numberOf(text) === undefined)) return undefined;
  const months = filled
    .filter(([key]) => key.startsWith(MONTH))
    .map(([key, text]) => ({ month: key.slice(MONTH.length) || null, points: numberOf(text) ?? 0 }));
  return {
    members,
    points,
    ...(lots === undefined ? {} : { lots }),
    ...(months.length === 0 ? {} : { months }),
  };
}

type Typed = Readonly<Record<string, string>>;

/** @param open whether the totals can still be typed */
function columnsOf(
  { typed, onType, open }: { typed: Typed; onType: (typed: Typed) => void; open: boolean },
  t: Translate,
): readonly Column<Line>[] {
  return [
    { key: "what", title: t("totals.what"), wrap: true, render: (row) => row.label },
    {
      key: "stated",
      title: t("totals.stated"),
      numeric: true,
      render: (row) =>
        open ? (
          <input
            className="ht-input op-stated"
            inputMode="numeric"
            aria-label={t("totals.stated_of", { what: row.label })}
            aria-invalid={(typed[row.key] ?? "").trim() !== "" && numberOf(typed[row.key]) === undefined}
            value={typed[row.key] ?? ""}
            onChange={(event) => onType({ ...typed, [row.key]: event.target.value })}
          />
        ) : (
          <Count value={numberOf(typed[row.key])} />
        ),
    },
    { key: "found", title: t("totals.found"), numeric: true, render: (row) => formatCount(row.found) },
    {
      key: "difference",
      title: t("totals.difference"),
      numeric: true,
      render: (row) => {
        const number = numberOf(typed[row.key]);
        return number === undefined ? (
          <span className="ht-none">—</span>
        ) : number === row.found ? (
          <Chip tone="good">✓ {t("totals.same")}</Chip>
        ) : (
          <Difference value={row.found} previous={number} />
        );
      },
    },
  ];
}

/** Totals of the file beside those of the system before, typed in by hand; each line says whether they agree. */
export function TotalsCard({ opening, t }: { opening: Opening; t: Translate }) {
  const { totals, stated } = opening;
  const [typed, setTyped] = useState(() => typedFrom(stated));
  const save = useOpeningAct((wish: Stated) => api.put(`/api/points/openings/${opening.opening_id}/stated`, wish), {
    done: t("done.stated"),
  });
  if (totals === null) return null;
  const open = opening.state === "checked" || opening.state === "new";
  const wish = statedOf(typed);
  const saved = JSON.stringify(wish) === JSON.stringify(statedOf(typedFrom(stated)));
  return (
    <Card
      flush
      title={t("totals.title")}
      note={t("totals.note")}
      extra={
        stated === null ? undefined : opening.differences.length === 0 ? (
          <Chip tone="good">✓ {t("totals.agree")}</Chip>
        ) : (
          <Chip tone="bad">{t("totals.differ", { n: opening.differences.length })}</Chip>
        )
      }
    >
      <DataTable
        label={t("totals.title")}
        columns={columnsOf({ typed, onType: setTyped, open }, t)}
        rows={linesOf(totals, stated, t)}
        rowKey={(row) => row.key}
      />
      {open ? (
        <div className="ht-row op-inset">
          <Button
            type={saved ? "default" : "primary"}
            disabled={wish === undefined || saved}
            loading={save.isPending}
            onClick={() => wish && save.mutate(wish)}
          >
            {t("totals.save")}
          </Button>
          <span className="ht-note">{saved && stated !== null ? t("totals.saved") : t("totals.needed")}</span>
        </div>
      ) : null}
    </Card>
  );
}
