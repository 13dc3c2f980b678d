import { LADDERS } from "../../definitions/tiers/index.ts";
import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { announceChanges } from "./change-store.ts";
import { lock } from "./dirty-store.ts";
import { evaluate, evaluateAll, todayOf } from "./evaluate.ts";
import { readLadder } from "./ladder-check.ts";
import { stepsOf } from "./ladder.ts";
import { addVersion, ladderState, type LadderVersion, newestVersion, writeState } from "./ladder-store.ts";
import { placeAll } from "./standing-store.ts";
import { moveAll } from "./activation-store.ts";

/**
 * Puts a version in force and moves everyone to it in the same transaction.
 * @param options.protect a higher tier that is held stays until the current period ends.
 * @returns how many members changed their tier.
 */
export async function activateLadder(
  tx: Tx,
  ground: Ground,
  version: Pick<LadderVersion, "ladder" | "version" | "definition">,
  options: { readonly protect: boolean; readonly person_id: number | null },
): Promise<number> {
  await lock(tx);
  const now = ground.clock.now();
  const today = todayOf(ground);
  const before = await ladderState(tx);
  const { definition } = version;
  if (before === undefined) {
    await writeState(tx, version, options.person_id, now);
    return (await evaluate(tx, ground, version, null, today)).changes.length;
  }
  // everyone stands where the ladder so far says before the new one is laid over it
  await evaluate(tx, ground, before, null, today);
  const evaluation = { tx, ground, ladder: definition, steps: stepsOf(definition), today, member_ids: null };
  await placeAll(evaluation, options.protect);
  const changes = await moveAll(evaluation, () => writeState(tx, version, options.person_id, now));
  await announceChanges(tx, changes, now);
  await evaluate(tx, ground, version, null, today);
  return changes.length;
}

/** Ladders that ship, as versions; the first goes in force where none is. A changed file becomes a further version. */
export async function ensureLadders(ground: Ground): Promise<void> {
  const fresh = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    for (const shipped of LADDERS) {
      const definition = readLadder(structuredClone(shipped), ground.catalogue);
      const known = await newestVersion(tx, definition.key);
      if (known === undefined || (known.origin === "shipped" && !sameJson(known.definition, definition)))
        await addVersion(tx, definition, { origin: "shipped", person_id: null, now: ground.clock.now() });
    }
    if ((await ladderState(tx)) !== undefined) return false;
    const first = await newestVersion(tx, LADDERS[0]?.key ?? "");
    if (first !== undefined) await writeState(tx, first, null, ground.clock.now());
    return true;
  });
  if (fresh) await evaluateAll(ground);
}

/** jsonb keeps no order of fields, so both sides are written with sorted ones. */
function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)]));
}
