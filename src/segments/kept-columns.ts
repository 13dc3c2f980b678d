import type { Ground } from "../ground.ts";
import { followRows, rowsKept, wantRows } from "../lake/index.ts";
import { columnsOf, type Output, relationsOf } from "../query/index.ts";
import { withCodedTags } from "../tags/index.ts";
import { behaviourSubjects, purchaseSubjects } from "./behaviours.ts";
import { LAKE_MEMBERS_MIN } from "./limits.ts";
import { factsOf } from "./portrait-facts.ts";
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

/**
 * From now on the histories that are asked about are kept in memory. With many members they are brought there at once,
 * beside whoever asks: a process that only serves has no loop that would do it.
 */
export function keepWhatIsRead(ground: Ground, batch_id: number, outputs: readonly Output[], members: number): void {
  const offered = offeredColumns(ground);
  const read = new Set(outputs.flatMap(({ tree }) => [...relationsOf(tree.root)]));
  const kept = rowsKept(ground, batch_id).columns;
  const due = [...read].filter((relation) => offered.has(relation) && !kept.has(relation));
  for (const relation of due) wantRows(ground, relation, [...(offered.get(relation) ?? [])]);
  if (due.length > 0 && members >= LAKE_MEMBERS_MIN) followBeside(ground);
}

/** Makes the copies that counts and portraits of many members are quick with, as soon as somebody opens the builder. */
export function warmCopies(ground: Ground): void {
  for (const [relation, columns] of offeredColumns(ground)) wantRows(ground, relation, [...columns]);
  followBeside(ground);
  const keys = factsOf(ground).facts.flatMap(({ column }) => (column.relation === "member_tags" ? [column.name] : []));
  withCodedTags(ground, keys, async () => {}).catch(failed(ground));
}

function followBeside(ground: Ground): void {
  followRows(ground).catch(failed(ground));
}

const failed = (ground: Ground) => (error: unknown) =>
  ground.log.error({ error: String(error) }, "a copy for counting was not made");
