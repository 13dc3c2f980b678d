import { useState } from "react";
import { formatCount, formatRatio } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { dotX, regionKey, setLetter, UPSET_ROW_PX, type UpsetRow, upsetPicture } from "./model/upset.ts";
import type { ComparedSet, OverlapRegion } from "./overlap-data.ts";
import { useWidth } from "./use-width.ts";

const HEAD_PX = 24;

interface UpsetProps {
  readonly sets: readonly ComparedSet[];
  readonly regions: readonly OverlapRegion[];
  readonly chosen: string | null;
  readonly onChoose: (region: string | null) => void;
  /** "只在 A" or "A 和 B，不在 C": what a region is, in words. */
  readonly name: (region: OverlapRegion) => string;
}

/** Which members are in exactly which sets: dots for the sets, a bar for the members. Arrow keys walk, Enter chooses. */
export function Upset({ sets, regions, chosen, onChoose, name }: UpsetProps) {
  const t = useTexts("segments");
  const [box, width] = useWidth<HTMLDivElement>();
  const [at, setAt] = useState(0);
  const { rows, height, bars_x } = upsetPicture(regions, sets.length, Math.max(280, width));
  const anywhere = rows.reduce((sum, row) => sum + row.region.count, 0);
  const shareOf = (region: OverlapRegion) => formatRatio(region.count / anywhere, 1);
  const walk = (event: React.KeyboardEvent<SVGSVGElement>) => {
    const by = { ArrowUp: -1, ArrowDown: 1, Home: -rows.length, End: rows.length }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(rows.length - 1, at + by));
    setAt(next);
    event.currentTarget.querySelector<SVGElement>(`[data-at="${next}"]`)?.focus();
  };
  return (
    <div ref={box} className="up">
      <svg
        width={Math.max(280, width)}
        height={height + HEAD_PX}
        role="group"
        aria-label={t("overlap.picture")}
        onKeyDown={walk}
      >
        {sets.map((_, set) => (
          <text key={setLetter(set)} className="up-letter" x={dotX(set)} y={16} textAnchor="middle">
            {setLetter(set)}
          </text>
        ))}
        <g transform={`translate(0 ${HEAD_PX})`}>
          {rows.map((row, index) => (
            <Row
              key={regionKey(row.region)}
              row={row}
              index={index}
              width={Math.max(280, width)}
              bars_x={bars_x}
              focusable={index === Math.min(at, rows.length - 1)}
              chosen={regionKey(row.region) === chosen}
              label={`${name(row.region)}：${formatCount(row.region.count)}`}
              share={shareOf(row.region)}
              onChoose={() => {
                setAt(index);
                onChoose(regionKey(row.region) === chosen ? null : regionKey(row.region));
              }}
            />
          ))}
        </g>
        <g aria-hidden="true" className="up-numbers" transform={`translate(0 ${HEAD_PX})`}>
          {rows.map((row) => (
            <text key={regionKey(row.region)} className="up-number" x={row.bar.x + row.bar.width + 6} y={row.y + 5}>
              {formatCount(row.region.count)}
              <tspan className="up-share" dx={6}>
                {shareOf(row.region)}
              </tspan>
            </text>
          ))}
        </g>
      </svg>
    </div>
  );
}

interface RowProps {
  readonly row: UpsetRow<OverlapRegion>;
  readonly index: number;
  readonly width: number;
  readonly bars_x: number;
  readonly focusable: boolean;
  readonly chosen: boolean;
  readonly label: string;
  readonly share: string;
  readonly onChoose: () => void;
}

function Row({ row, index, width, bars_x, focusable, chosen, label, share, onChoose }: RowProps) {
  return (
    <g
      role="button"
      tabIndex={focusable ? 0 : -1}
      data-at={index}
      aria-label={`${label}（${share}）`}
      aria-pressed={chosen}
      className="up-row"
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onChoose();
      }}
    >
      <title>{`${label}（${share}）`}</title>
      <rect className="up-field" x={0} y={row.y - UPSET_ROW_PX / 2} width={width} height={UPSET_ROW_PX} />
      {row.dots.map((dot) => (dot.on ? null : <circle key={dot.x} className="up-off" cx={dot.x} cy={dot.y} r={4} />))}
      {row.line === null ? null : <line className="up-line" x1={row.line.x1} x2={row.line.x2} y1={row.y} y2={row.y} />}
      {row.dots.map((dot) => (dot.on ? <circle key={dot.x} className="up-on" cx={dot.x} cy={dot.y} r={6} /> : null))}
      <rect className="up-bar" x={bars_x} y={row.y - 8} width={row.bar.width} height={16} rx={2} />
    </g>
  );
}
