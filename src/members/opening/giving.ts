import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { defineJob, type JobKind, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { checkOpening, contentHash, type FoundRow, type OpeningKind } from "./opening.ts";
import type { Opening, OpeningStore } from "./opening-store.ts";
import type { OpeningRow, OpeningRows, RowOutcome } from "./row-store.ts";

/** Rows of one transaction: whoever needs the same locks waits for these and no longer. */
const GIVEN_AT_ONCE = 1_000;

/** A kind of opening whose rows are kept here and given by its domain. */
export interface GivenKind<O extends Opening, Item> extends OpeningKind<O, Item> {
  readonly rows: OpeningRows<Item>;
  readonly give: (tx: Tx, ground: Ground, opening: O, rows: readonly OpeningRow<Item>[]) => Promise<RowOutcome[]>;
  /** What was since changed or used stays, with its reason. */
  readonly takeBack: (tx: Tx, ground: Ground, opening: O, rows: readonly OpeningRow<Item>[]) => Promise<RowOutcome[]>;
}

export const given = (row: number, made: number): RowOutcome => ({ row, state: "given", made, why: null, params: {} });
export const refused = (row: number, why: string, params: RowOutcome["params"] = {}): RowOutcome => ({
  row,
  state: "refused",
  made: null,
  why,
  params,
});

/** The parts of a kind that its rows answer by themselves. */
export function rowsOfKind<O extends Opening, Item>(
  rows: OpeningRows<Item>,
  content: (owner: number, item: Item) => unknown,
) {
  return {
    rows,
    content,
    begin: async (_tx: Tx, { person_id, now }: { readonly person_id: number | null; readonly now: Date }) => ({
      giving: "draft",
      made_by: person_id,
      made_at: now,
    }),
    keep: (tx: Tx, { opening_id }: O, found: readonly FoundRow<Item>[]) =>
      rows.add(
        tx,
        opening_id,
        found.map(({ row, owner, item }) => ({ row, owner, item, content: content(owner, item) })),
      ),
    clear: (tx: Tx, { opening_id }: O) => rows.clear(tx, opening_id),
    signed: (tx: Tx, { opening_id }: O) => rows.setGiving(tx, opening_id, "running"),
  };
}

/** Rows whose content an earlier opening has brought in. */
export async function rowsThere<O extends Opening, Item>(
  { rows, content }: Pick<GivenKind<O, Item>, "rows" | "content">,
  tx: Tx,
  found: readonly FoundRow<Item>[],
): Promise<ReadonlySet<number>> {
  const hashOf = ({ owner, item }: FoundRow<Item>) => contentHash(content(owner, item)).toString("hex");
  const there = await rows.there(
    tx,
    found.map(({ owner, item }) => content(owner, item)),
  );
  return new Set(found.flatMap((one) => (there.has(hashOf(one)) ? [one.row] : [])));
}

/**
 * One portion of an opening that was signed, or of its undo. What is kept of each row and what its domain holds become true
 * together, so that it may stop anywhere and go on.
 * @returns how many rows it did; 0: nothing is left
 */
export async function continueOpening<O extends Opening, Item>(
  kind: GivenKind<O, Item>,
  ground: Ground,
  opening_id: number,
): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await kind.rows.lock(tx);
    const giving = await kind.rows.giving(tx, opening_id);
    if (giving !== "running" && giving !== "undoing") return 0;
    const opening = await kind.store.byId(tx, opening_id);
    const forward = giving === "running";
    const rows = await kind.rows.inState(tx, opening_id, forward ? "waiting" : "given", GIVEN_AT_ONCE);
    if (rows.length === 0) {
      await kind.rows.setGiving(tx, opening_id, forward ? "done" : "undone");
      return 0;
    }
    const outcomes = forward
      ? await giveRows(kind, tx, ground, opening, rows)
      : await kind.takeBack(tx, ground, opening, rows);
    await kind.rows.write(tx, opening_id, outcomes);
    return rows.length;
  });
}

async function giveRows<O extends Opening, Item>(
  kind: GivenKind<O, Item>,
  tx: Tx,
  ground: Ground,
  opening: O,
  rows: readonly OpeningRow<Item>[],
): Promise<RowOutcome[]> {
  const there = await rowsThere(kind, tx, rows);
  const fresh = rows.filter(({ row }) => !there.has(row));
  return [
    ...[...there].map((row) => refused(row, "members.opening_there")),
    ...(fresh.length === 0 ? [] : await kind.give(tx, ground, opening, fresh)),
  ];
}

/** Begins to take an opening back; an undo that was stopped goes on. @throws members.opening_state */
export async function undoOpening<O extends Opening, Item>(
  kind: GivenKind<O, Item>,
  tx: Tx,
  opening_id: number,
  reason: string,
): Promise<O> {
  const opening = await kind.store.byId(tx, opening_id, true);
  const giving = await kind.rows.giving(tx, opening_id);
  const signed = opening.state === "posted" || opening.state === "undone";
  if (!signed || (giving !== "done" && giving !== "cancelled"))
    throw problem("members.opening_state", { opening_id, state: signed ? (giving ?? "") : opening.state });
  await kind.rows.setGiving(tx, opening_id, "undoing", reason);
  await kind.store.set(tx, opening_id, { state: "undone" });
  return opening;
}

/** Goes on with giving what a stopped opening has not given yet. @throws members.opening_state */
export async function resumeOpening<O extends Opening, Item>(
  kind: GivenKind<O, Item>,
  tx: Tx,
  opening_id: number,
): Promise<O> {
  const opening = await kind.store.byId(tx, opening_id, true);
  const giving = await kind.rows.giving(tx, opening_id);
  if (opening.state !== "posted" || giving !== "cancelled")
    throw problem("members.opening_state", { opening_id, state: opening.state });
  await kind.rows.setGiving(tx, opening_id, "running");
  return opening;
}

export const checkJobOf = ({ schema }: Pick<OpeningStore<Opening>, "schema">) => `${schema}.opening_check`;
export const giveJobOf = ({ schema }: Pick<OpeningStore<Opening>, "schema">) => `${schema}.opening_give`;

/** The dry run of an opening: begun anew whenever it was broken off. */
export function checkJob<O extends Opening, Item>(kind: OpeningKind<O, Item>): JobKind {
  return defineJob<{ readonly opening_id: number }>({
    kind: checkJobOf(kind.store),
    run: async ({ ground, input, progress, signal }) => {
      const totals = await checkOpening(kind, ground, input.opening_id, async (rows) => {
        await progress(rows, null);
        return !signal.aborted;
      });
      if (totals === undefined) throw problem("members.opening_stopped");
      return totals;
    },
  });
}

/** An opening being given, or its undo: whatever stopped it, it goes on. */
export function giveJob<O extends Opening, Item>(kind: GivenKind<O, Item>): JobKind {
  return defineJob<{ readonly opening_id: number }>({
    kind: giveJobOf(kind.store),
    run: async ({ ground, input: { opening_id }, progress, signal, cancelled }) => {
      const before = await ground.store.read(SYSTEM_SCOPE, (tx) => kind.rows.progress(tx, opening_id));
      const all = (before?.waiting ?? 0) + (before?.given ?? 0);
      let done = 0;
      for (let more = 1; more > 0 && !signal.aborted; done += more) {
        await progress(done, all);
        more = await continueOpening(kind, ground, opening_id);
      }
      if (cancelled())
        await ground.store.write(SYSTEM_SCOPE, async (tx) => {
          const giving = await kind.rows.giving(tx, opening_id);
          if (giving === "running" || giving === "undoing") await kind.rows.setGiving(tx, opening_id, "cancelled");
        });
      return { rows: done };
    },
  });
}
