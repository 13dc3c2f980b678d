import type { Ground } from "../ground.ts";
import { wantRows } from "../lake/index.ts";
import { columnsOf, type Output, relationsOf } from "../query/index.ts";
import { behaviourSubjects, purchaseSubjects } from "./behaviours.ts";
import type { Lists } from "./subject.ts";

const NO_LISTS: Lists = { columns: new Map(), tags: new Map() };
const known = new WeakMap<Ground, ReadonlyMap<string, ReadonlySet<string>>>();

/** Columns of each history that a person can choose in the builder; what is beyond is read in the files. */
export function offeredColumns(ground: Ground): ReadonlyMap<string, ReadonlySet<string>> {
  const found = known.get(ground);
  if (found !== undefined) return found;
  const offered = new Map<string, Set<string>>();
  for (const { measures = [], fields = [] } of [
    ...purchaseSubjects(ground, NO_LISTS),
    ...behaviourSubjects(ground, NO_LISTS),
  ]) {
    const relations = new Set(measures.flatMap(({ expression }) => [...relationsOf(expression)]));
    for (const relation of relations) {
      const columns = offered.get(relation) ?? new Set<string>();
      offered.set(relation, columns);
      for (const { field } of fields) columns.add(field);
    }
    for (const name of measures.flatMap(({ expression }) => [...columnsOf(expression)])) {
      const [relation = "", column = ""] = name.split(".");
      offered.get(relation)?.add(column);
    }
  }
  known.set(ground, offered);
  return offered;
}

/** From now on the histories that are asked about are kept in memory. */
export function keepWhatIsRead(ground: Ground, outputs: readonly Output[]): void {
  const offered = offeredColumns(ground);
  for (const relation of new Set(outputs.flatMap(({ tree }) => [...relationsOf(tree.root)]))) {
    const columns = offered.get(relation);
    if (columns !== undefined) wantRows(ground, relation, [...columns]);
  }
}
