import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { type KeyAccess, KEYRING_LOCK } from "./key-access.ts";
import { withKeyLock } from "./key-store.ts";
import { addMaster, dropMasters } from "./keyring.ts";
import {
  noteDestroyed,
  noteEmptied,
  noteProgress,
  noteVersion,
  versionsOf,
  waitForHolders,
} from "./master-versions.ts";
import { countNamedBehind, moveNamed } from "./named-keys.ts";
import { countBehind, moveValues } from "./sealed-values.ts";

/** What a rotation works on; `progress` hears values and names done of all. */
export interface RotationRun {
  readonly ground: Pick<Ground, "store" | "vault" | "wall">;
  readonly signal: AbortSignal;
  progress(done: number, total: number): Promise<void>;
}

export interface RotationEnd {
  readonly version: number;
  readonly moved: number;
  readonly left: number;
  readonly unreadable: number;
}

/** A batch is one short transaction: whoever wants one of its values waits for so long at most. */
const BATCH_ROWS = 500;
const PASSES_MAX = 5;
const MOVER_LOCK = 480_833;
/**
 * How long an unused version is kept: longer than any transaction lives, which may still hold a ciphertext that it read
 * before, and long enough to notice a mistake.
 */
const KEPT_MS = 24 * 3_600_000;

/** Makes the next version of the master key; from now on every process seals under it. @throws vault.rotation_unfinished */
export async function beginRotation({ vault, wall }: RotationRun["ground"]): Promise<number> {
  const { access } = vault;
  return withKeyLock(access.keys.pool, KEYRING_LOCK, async (client) => {
    await access.reload();
    const newest = (await versionsOf(client)).at(-1);
    if (newest !== undefined && (newest.left_values ?? 0) > 0)
      throw problem("vault.rotation_unfinished", { version: newest.version, left: newest.left_values ?? 0 });
    const now = wall.now();
    const keyring = await addMaster(access.management, access.data_dir, access.keyring(), now);
    await noteVersion(client, keyring.current.version, now);
    access.put(keyring);
    return keyring.current.version;
  });
}

/**
 * Seals anew, batch by batch, whatever is sealed under an older version, while others read and write; begun again it goes
 * on where it was. Ends early when `signal` aborts. Two at a time do the same work only once.
 */
export async function continueRotation(run: RotationRun): Promise<RotationEnd> {
  const { store, vault } = run.ground;
  const { access } = vault;
  return withKeyLock(access.keys.pool, MOVER_LOCK, async () => {
    await access.reload();
    const { current, masters } = access.keyring();
    for (const version of masters.keys()) if (version !== current.version) await outlast(run, version);
    const count = async () =>
      (await store.read(SYSTEM_SCOPE, (tx) => countBehind(tx, current.version))) +
      (await countNamedBehind(access, current.version));
    const known = (await versionsOf(access.keys.pool)).find((row) => row.version === current.version);
    let left = await count();
    const total = Math.max(known?.total_values ?? 0, left);
    const work: Work = { version: current.version, total, left, after: known?.moved_to ?? "", moved: 0, unreadable: 0 };
    for (let pass = 1; work.left > 0 && pass <= PASSES_MAX && !run.signal.aborted; pass += 1) {
      const [before, whole] = [work.moved, work.after === ""];
      await movePass(run, work);
      if (run.signal.aborted) break;
      work.left = await count();
      // what is left cannot be opened
      if (whole && work.moved === before) break;
    }
    left = await count();
    await note(run, { ...work, left });
    await noteEmptied(access.keys.pool, current.version, left === 0 ? run.ground.wall.now() : null);
    return { version: current.version, moved: work.moved, left, unreadable: work.unreadable };
  });
}

interface Work {
  readonly version: number;
  readonly total: number;
  left: number;
  /** The token after which the next batch begins. */
  after: string;
  moved: number;
  unreadable: number;
}

/** Once through the values behind `after`, then through the names. */
async function movePass(run: RotationRun, work: Work): Promise<void> {
  const { store, vault } = run.ground;
  work.unreadable = 0;
  for (let rows = BATCH_ROWS; rows === BATCH_ROWS; ) {
    const batch = await store.write(SYSTEM_SCOPE, (tx) => moveValues(tx, vault.access, work.after, BATCH_ROWS));
    rows = batch.rows;
    work.unreadable += batch.unreadable;
    work.moved += batch.rows - batch.unreadable;
    work.left = Math.max(0, work.left - batch.rows + batch.unreadable);
    work.after = batch.moved_to ?? work.after;
    await note(run, work);
    if (run.signal.aborted) return;
  }
  work.after = "";
  for (let names = -1; names !== 0 && !run.signal.aborted; ) {
    names = await moveNamed(vault.access, BATCH_ROWS);
    work.moved += names;
  }
}

async function note(run: RotationRun, { version, total, left, after, unreadable }: Work): Promise<void> {
  const moved_to = after === "" ? null : after;
  await noteProgress(run.ground.vault.access.keys.pool, version, { total, left, moved_to, unreadable });
  await run.progress(total - left, total);
}

/** Waits until nothing that began under an old version is still under way, in both databases. */
async function outlast({ ground }: RotationRun, version: number): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, (tx) => waitForHolders(tx, version));
  const client = await ground.vault.access.keys.pool.connect();
  try {
    await client.query("begin");
    const query = async <Row>(text: string, values: readonly unknown[] = []) =>
      (await client.query(text, [...values])).rows as Row[];
    await waitForHolders({ query }, version);
    await client.query("commit");
  } finally {
    client.release();
  }
}

/** Destroys the versions under which nothing has been for a day, and is not now. @returns which. */
export async function destroyUnused({ store, vault, wall }: RotationRun["ground"]): Promise<number[]> {
  const { access } = vault;
  const now = wall.now();
  const ripe = (await versionsOf(access.keys.pool)).filter(
    (row) =>
      row.destroyed_at === null && row.emptied_at !== null && row.emptied_at.getTime() <= now.getTime() - KEPT_MS,
  );
  if (ripe.length === 0) return [];
  return withKeyLock(access.keys.pool, KEYRING_LOCK, async () => {
    await access.reload();
    const { current } = access.keyring();
    const left = await leftBehind(access, store, current.version);
    if (left > 0) {
      // a restore brought old values back: the next rotation run moves them
      await noteEmptied(access.keys.pool, current.version, null);
      await noteProgress(access.keys.pool, current.version, { total: left, left, moved_to: null, unreadable: 0 });
      return [];
    }
    const versions = ripe.map((row) => row.version).filter((version) => version !== current.version);
    access.put(await dropMasters(access.management, access.data_dir, access.keyring(), new Set(versions)));
    await noteDestroyed(access.keys.pool, versions, now);
    return versions;
  });
}

async function leftBehind(access: KeyAccess, store: Ground["store"], version: number): Promise<number> {
  return (await store.read(SYSTEM_SCOPE, (tx) => countBehind(tx, version))) + (await countNamedBehind(access, version));
}
