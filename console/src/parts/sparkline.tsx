import { useId } from "react";
import "./sparkline.css";

interface SparklineProps {
  readonly series: readonly number[];
  /** What the line shows, for screen readers. */
  readonly label: string;
  readonly height?: number;
}

const WIDTH = 160;

/** A small line over equal steps of time with its last point marked. Drawn between its own least and greatest value. */
export function Sparkline({ series, label, height = 36 }: SparklineProps) {
  const id = useId();
  if (series.length < 2) return <div style={{ height }} />;
  const low = Math.min(...series);
  const high = Math.max(...series);
  const span = high - low || 1;
  const points = series.map((value, step) => {
    const x = 2 + (step / (series.length - 1)) * (WIDTH - 8);
    const y = high === low ? height / 2 : height - 4 - ((value - low) / span) * (height - 8);
    return [Math.round(x * 10) / 10, Math.round(y * 10) / 10] as const;
  });
  const line = points.map(([x, y], step) => `${step === 0 ? "M" : "L"}${x} ${y}`).join("");
  const last = points.at(-1) ?? [0, 0];
  return (
    <svg
      className="ht-sparkline"
      viewBox={`0 0 ${WIDTH} ${height}`}
      style={{ height }}
      preserveAspectRatio="none"
      role="img"
      aria-labelledby={id}
    >
      <title id={id}>{label}</title>
      <path className="ht-sparkline-area" d={`${line}L${last[0]} ${height}L2 ${height}Z`} />
      <path className="ht-sparkline-line" d={line} vectorEffect="non-scaling-stroke" />
      <path className="ht-sparkline-end" d={`M${last[0]} ${last[1]}h0.01`} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
