import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { setSetting, settingOf, SYSTEM_SCOPE } from "../store/index.ts";
import { type DeletionEntry, isNamed } from "./deletion-journal.ts";

/**
 * Up to which entry of the journal the record store has let go of what was deleted. It lies in the record store, so that one
 * that was set back, by whatever means, says so itself.
 */
const REPLAYED = "vault.deletions_replayed";

/** Keys of batches and files have no rows of their own here. */
const concernsRows = (entry: DeletionEntry) => entry.about !== null || entry.tokens.some((token) => !isNamed(token));

/** Entries of the journal that the record store has not been compared with yet. */
export async function openDeletions({ store, vault }: Pick<Ground, "store" | "vault">): Promise<DeletionEntry[]> {
  const last = await store.read(SYSTEM_SCOPE, (tx) => settingOf<number>(tx, REPLAYED));
  return vault.access.journal.after(last ?? 0);
}

/**
 * Deletes again, in the record store too, what a restore has brought back: before anything else is served. What is gone
 * already stays as it is. @returns how many entries were gone through
 */
export async function replayDeletions(
  ground: Ground,
  domains: readonly Pick<Domain, "replayDeletion">[],
): Promise<number> {
  let repeated = 0;
  // what a domain deletes again is an entry of its own, which the next round finds done
  for (let entries = await openDeletions(ground); entries.length > 0; entries = await openDeletions(ground)) {
    for (const entry of entries.filter(concernsRows)) {
      await replay(ground, domains, entry);
      repeated += 1;
    }
    const last = entries.at(-1)?.sequence;
    await ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, REPLAYED, last));
  }
  return repeated;
}

async function replay(
  ground: Ground,
  domains: readonly Pick<Domain, "replayDeletion">[],
  { tokens, about, sequence }: DeletionEntry,
): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const alive = await ground.vault.access.keys.find(tokens);
    const dead = tokens.filter((token) => !alive.has(token));
    await tx.query("delete from vault.sealed where token = any($1)", [dead]);
    for (const domain of domains) await domain.replayDeletion?.(tx, ground, { about, tokens: dead });
    await setSetting(tx, REPLAYED, sequence);
  });
}
