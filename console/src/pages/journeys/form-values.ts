import type { Translate } from "../../texts/texts.ts";
import type { Drawn, NodeData } from "./model/graph.ts";

export interface FormProps {
  readonly node: NodeData;
  readonly nodeKey: string;
  /** The whole draft, and what its steps do in short. */
  readonly drawn: Drawn;
  readonly labelOf: (key: string) => string;
  readonly sentence: string;
  readonly onChange: (change: Readonly<Record<string, unknown>>, field?: string) => void;
  readonly t: Translate;
}

/** A number field keeps what was typed; what is no number is told by the check, not swallowed. */
export const numberOf = (text: string): unknown => (/^-?\d+$/.test(text) ? Number(text) : text === "" ? null : text);
export const textOf = (value: unknown): string => (value === null || value === undefined ? "" : String(value));
