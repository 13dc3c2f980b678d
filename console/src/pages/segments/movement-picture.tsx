import { useState } from "react";
import { formatCount, formatDay } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type DayColumn, type MovementDay, movementPicture } from "./model/movement-picture.ts";
import { useWidth } from "./use-width.ts";

const HEIGHT = 168;
const LABEL_PX = 44;

interface PictureProps {
  readonly days: readonly MovementDay[];
  readonly chosen: string | null;
  readonly onChoose: (day: string | null) => void;
}

/** Entered up and left down by day. A day is chosen by a click, or with the arrow keys and Enter. */
export function MovementPicture({ days, chosen, onChoose }: PictureProps) {
  const t = useTexts("segments");
  const [box, width] = useWidth<HTMLDivElement>();
  const [at, setAt] = useState(days.length - 1);
  const picture = movementPicture(days, Math.max(80, width - LABEL_PX), HEIGHT);
  const walk = (event: React.KeyboardEvent<SVGSVGElement>) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -days.length, End: days.length }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(days.length - 1, at + by));
    setAt(next);
    event.currentTarget.querySelector<SVGElement>(`[data-at="${next}"]`)?.focus();
  };
  const [first, last] = [days[0], days.at(-1)];
  return (
    <div ref={box} className="mv-picture">
      <svg width={width} height={HEIGHT + 26} role="group" aria-label={t("moves.picture")} onKeyDown={walk}>
        <g transform={`translate(${LABEL_PX} 4)`}>
          <text className="mv-scale" x={-8} y={10} textAnchor="end">
            {picture.top > 0 ? `+${formatCount(picture.top)}` : ""}
          </text>
          <text className="mv-scale" x={-8} y={HEIGHT} textAnchor="end">
            {picture.bottom > 0 ? `−${formatCount(picture.bottom)}` : ""}
          </text>
          {picture.columns.map((column, index) => (
            <Day
              key={column.day.business_day}
              column={column}
              zero={picture.zero}
              index={index}
              focusable={index === at}
              chosen={column.day.business_day === chosen}
              onChoose={() => {
                setAt(index);
                onChoose(column.day.business_day === chosen ? null : column.day.business_day);
              }}
            />
          ))}
          <line className="mv-zero" x1={0} x2={width - LABEL_PX} y1={picture.zero} y2={picture.zero} />
          <text className="mv-scale" x={0} y={HEIGHT + 18}>
            {first === undefined ? "" : formatDay(first.business_day)}
          </text>
          <text className="mv-scale" x={width - LABEL_PX} y={HEIGHT + 18} textAnchor="end">
            {last === undefined ? "" : formatDay(last.business_day)}
          </text>
        </g>
      </svg>
    </div>
  );
}

interface DayProps {
  readonly column: DayColumn;
  readonly zero: number;
  readonly index: number;
  readonly focusable: boolean;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function Day({ column, zero, index, focusable, chosen, onChoose }: DayProps) {
  const t = useTexts("segments");
  const { day, x, width, up, down } = column;
  const label = t("moves.day_label", {
    day: formatDay(day.business_day),
    entered: formatCount(day.entered),
    left: formatCount(day.left),
  });
  return (
    <g
      role="button"
      tabIndex={focusable ? 0 : -1}
      data-at={index}
      aria-label={label}
      aria-pressed={chosen}
      className="mv-day"
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onChoose();
      }}
    >
      <title>{day.filled > 0 ? `${label}，${t("moves.filled_label", { n: formatCount(day.filled) })}` : label}</title>
      <rect className="mv-field" x={x} y={0} width={width} height={HEIGHT} />
      <rect className="mv-entered" x={x} y={zero - up} width={width} height={up} />
      <rect className="mv-left" x={x} y={zero} width={width} height={down} />
      {day.filled > 0 ? <path className="mv-filled" d={`M${x + width / 2} ${zero - 5}l5 5-5 5-5-5z`} /> : null}
    </g>
  );
}
