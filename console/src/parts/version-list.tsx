import type { ReactNode } from "react";
import { Chip } from "./chips.tsx";
import "./version-list.css";

export interface VersionItem {
  readonly version: number;
  /** The version's name, or a button that chooses it. */
  readonly name: ReactNode;
  /** Who made it, when and why. */
  readonly note: ReactNode;
  /** What it says, in a line of its own. */
  readonly says?: ReactNode;
  readonly act?: ReactNode;
}

interface VersionListProps {
  readonly items: readonly VersionItem[];
  readonly inForce: number | null;
  readonly inForceWord: string;
}

/** Versions, newest first; the one in force is marked. */
export function VersionList({ items, inForce, inForceWord }: VersionListProps) {
  return (
    <ul className="ht-versions">
      {items.map(({ version, name, note, says, act }) => (
        <li key={version}>
          {name}
          <span className="ht-note">{note}</span>
          {version === inForce ? <Chip tone="good">{inForceWord}</Chip> : null}
          {act === undefined ? null : <span className="ht-version-act">{act}</span>}
          {says === undefined ? null : <p className="ht-version-says">{says}</p>}
        </li>
      ))}
    </ul>
  );
}
