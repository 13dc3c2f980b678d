import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Difference } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import { KINDS, type Kind, type Line, type Opening, statementOf, useOpeningAct } from "./opening-data.ts";

type Typed = Readonly<Record<string, string>>;

const nameOf = ({ what, key }: Line) => JSON.stringify([what, key]);
/** Sums of the whole stand first, then the groups, each by its keys; what never expires last. */
const placeOf = ({ what, key }: Line) => `${["tier", "batch", "month"].indexOf(what) + 1} ${key ?? "\uffff"}`;

/** Every sum that the file or the statement has. */
function linesOf(totals: readonly Line[], stated: readonly Line[]): readonly Line[] {
  const known = new Set(totals.map(nameOf));
  const only = stated.filter((line) => !known.has(nameOf(line))).map((line) => ({ ...line, n: 0 }));
  return [...totals, ...only].toSorted((a, b) => placeOf(a).localeCompare(placeOf(b)));
}

function labelOf({ kind, names }: Opening, { what, key }: Line, t: Translate): string {
  if (what === "month") return key === null ? t(`totals.endless_${kind}`) : t("totals.month", { month: key });
  const name = names.find((one) => one.key === key);
  return key === null ? t(`totals.${what}`) : t(`totals.${what}`, { key: name ? pick(name.zh, name.en) : key });
}

const typedFrom = (stated: readonly Line[]): Typed =>
  Object.fromEntries(stated.map((line) => [nameOf(line), String(line.n)]));

const numberOf = (text: string | undefined): number | undefined => {
  const plain = (text ?? "").replaceAll(",", "").trim();
  return /^\d{1,15}$/.test(plain) ? Number(plain) : undefined;
};

/** @returns undefined where a sum is missing that has to be stated, or something typed is no number */
function statedOf(kind: Kind, lines: readonly Line[], typed: Typed): readonly Line[] | undefined {
  const filled = lines.filter((line) => (typed[nameOf(line)] ?? "").trim() !== "");
  const stated = filled.map((line) => ({ ...line, n: numberOf(typed[nameOf(line)]) }));
  if (stated.some(({ n }) => n === undefined)) return undefined;
  const missing = KINDS[kind].stated.some((what) => !stated.some((line) => line.what === what));
  return missing ? undefined : stated.map((line) => ({ ...line, n: line.n ?? 0 }));
}

interface Typing {
  readonly opening: Opening;
  readonly typed: Typed;
  readonly onType: (typed: Typed) => void;
  /** Whether the totals can still be typed. */
  readonly open: boolean;
}

function columnsOf({ opening, typed, onType, open }: Typing, t: Translate): readonly Column<Line>[] {
  return [
    { key: "what", title: t("totals.what"), wrap: true, render: (row) => labelOf(opening, row, t) },
    {
      key: "stated",
      title: t("totals.stated"),
      numeric: true,
      render: (row) =>
        open ? (
          <input
            className="ht-input op-stated"
            inputMode="numeric"
            aria-label={t("totals.stated_of", { what: labelOf(opening, row, t) })}
            aria-invalid={(typed[nameOf(row)] ?? "").trim() !== "" && numberOf(typed[nameOf(row)]) === undefined}
            value={typed[nameOf(row)] ?? ""}
            onChange={(event) => onType({ ...typed, [nameOf(row)]: event.target.value })}
          />
        ) : (
          <Count value={numberOf(typed[nameOf(row)])} />
        ),
    },
    { key: "found", title: t("totals.found"), numeric: true, render: (row) => formatCount(row.n) },
    {
      key: "difference",
      title: t("totals.difference"),
      numeric: true,
      render: (row) => {
        const number = numberOf(typed[nameOf(row)]);
        return number === undefined ? (
          <span className="ht-none">—</span>
        ) : number === row.n ? (
          <Chip tone="good">✓ {t("totals.same")}</Chip>
        ) : (
          <Difference value={row.n} previous={number} />
        );
      },
    },
  ];
}

/** Totals of the file beside those of the system before, typed in by hand; each line says whether they agree. */
export function TotalsCard({ opening, t }: { opening: Opening; t: Translate }) {
  const { kind, totals, stated } = opening;
  const [typed, setTyped] = useState(() => typedFrom(stated ?? []));
  const save = useOpeningAct(
    (wish: readonly Line[]) => api.put(`${KINDS[kind].api}/${opening.opening_id}/stated`, statementOf(kind, wish)),
    { done: t("done.stated") },
  );
  if (totals === null) return null;
  const open = opening.state === "checked" || opening.state === "new";
  const lines = linesOf(totals, stated ?? []);
  const wish = statedOf(kind, lines, typed);
  const saved = JSON.stringify(wish) === JSON.stringify(statedOf(kind, lines, typedFrom(stated ?? [])));
  return (
    <Card
      flush
      title={t("totals.title")}
      note={t(`kind.${kind}.totals_note`)}
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
        columns={columnsOf({ opening, typed, onType: setTyped, open }, t)}
        rows={lines}
        rowKey={nameOf}
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
