import type { ReactNode } from "react";
import "./chips.css";

export type Tone = "neutral" | "accent" | "good" | "warn" | "bad" | "info";

/** A small word with a tone: kinds, states, tags. Colour never carries the meaning alone. */
export function Chip({ tone = "neutral", children, title }: { tone?: Tone; children: ReactNode; title?: string }) {
  return (
    <span className={`ht-chip ht-chip-${tone}`} title={title}>
      {children}
    </span>
  );
}

/** A state: a dot and its word. */
export function StatusDot({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className="ht-status">
      <span className={`ht-dot ht-dot-${tone}`} aria-hidden="true" />
      {children}
    </span>
  );
}

interface TabsProps<Key extends string> {
  readonly label: string;
  readonly value: Key;
  readonly items: readonly { readonly key: Key; readonly label: ReactNode; readonly count?: number | undefined }[];
  readonly onChange: (key: Key) => void;
}

/** A row of choices that filter what stands below. */
export function Choices<Key extends string>({ label, value, items, onChange }: TabsProps<Key>) {
  return (
    <div className="ht-choices" role="group" aria-label={label}>
      {items.map((item) => (
        <button
          key={item.key}
          type="button"
          aria-pressed={item.key === value}
          className="ht-choice"
          onClick={() => onChange(item.key)}
        >
          {item.label}
          {item.count === undefined ? null : <span className="ht-choice-count">{item.count.toLocaleString()}</span>}
        </button>
      ))}
    </div>
  );
}
