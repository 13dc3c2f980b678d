import "./bar.css";

/** A horizontal share of 1, honest from zero. `label` says it to screen readers; the figure stands beside it. */
export function Bar({
  part,
  label,
  tone = "accent",
}: {
  part: number;
  label: string;
  tone?: "accent" | "warn" | "bad";
}) {
  const width = `${Math.min(1, Math.max(0, part)) * 100}%`;
  return (
    <span className="ht-bar" role="img" aria-label={label}>
      <span className={`ht-bar-fill ht-bar-${tone}`} style={{ width }} />
    </span>
  );
}
