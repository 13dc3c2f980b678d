import type { Translate } from "../../texts/texts.ts";
import type { Run } from "./robots-data.ts";

/** Outputs in the order in which people read them; those of other flows follow by their names. */
const NAMED = ["rows", "accepted", "duplicates", "rejected", "done", "before", "failed", "figure"];

const placeOf = (name: string) => (NAMED.includes(name) ? NAMED.indexOf(name) : NAMED.length);

/** What a run came to, without the number of its import, which is a link. */
export function outputsOf(run: Run): readonly (readonly [name: string, value: string])[] {
  return Object.entries(run.outputs ?? {})
    .filter(([name]) => name !== "import_id")
    .sort(([a], [b]) => placeOf(a) - placeOf(b))
    .map(([name, value]) => [name, String(value)] as const);
}

export const outputName = (name: string, t: Translate) => (NAMED.includes(name) ? t(`output.${name}`) : name);
