import { activeStaff } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import {
  associateByCode,
  holderOfAccount,
  changeAssociate,
  endAssignments,
  insertAssignments,
  insertAssociate,
  type NewAssociate,
} from "./associate-store.ts";
import "./errors.ts";
import { associateWithin } from "./hand-over.ts";

type Stores = readonly string[] | null;

/** @throws tasks.store_closed, tasks.person_unknown, tasks.person_taken */
async function requireFitting(
  tx: Tx,
  { store_code, person_id }: Omit<NewAssociate, "code">,
  stores: Stores,
  own?: number,
) {
  if (stores !== null && (store_code === null || !stores.includes(store_code)))
    throw problem("tasks.store_closed", { store_code: store_code ?? "" });
  if (person_id === null) return;
  if (!(await activeStaff(tx)).some((one) => one.person_id === person_id))
    throw problem("tasks.person_unknown", { person_id });
  const taken = await holderOfAccount(tx, person_id);
  if (taken !== undefined && taken.associate_id !== own) throw problem("tasks.person_taken", { code: taken.code });
}

/** @returns its number @throws tasks.code_taken and those of its parts */
export async function addAssociate(tx: Tx, ground: Ground, one: NewAssociate, stores: Stores): Promise<number> {
  await requireFitting(tx, one, stores);
  if ((await associateByCode(tx, one.code)) !== undefined) throw problem("tasks.code_taken", { code: one.code });
  const associate_id = await insertAssociate(tx, one, ground.clock.now());
  if (associate_id === undefined) throw problem("tasks.code_taken", { code: one.code });
  return associate_id;
}

/** Name, store and account of an associate; one who had left is there again. */
export async function editAssociate(
  tx: Tx,
  associate_id: number,
  change: Omit<NewAssociate, "code">,
  stores: Stores,
): Promise<void> {
  await associateWithin(tx, associate_id, stores, true);
  await requireFitting(tx, change, stores, associate_id);
  await changeAssociate(tx, associate_id, change);
}

/** Who looks after a member from now on; null: nobody. @throws tasks.associate_unknown, tasks.associate_left */
export async function assign(
  tx: Tx,
  ground: Ground,
  member_id: number,
  associate_id: number | null,
  { person_id, stores }: { readonly person_id: number | null; readonly stores: Stores },
): Promise<void> {
  const now = ground.clock.now();
  if (associate_id !== null) {
    const one = await associateWithin(tx, associate_id, stores, true);
    if (one.left_at !== null) throw problem("tasks.associate_left", { code: one.code });
  }
  await endAssignments(tx, [member_id], now);
  if (associate_id === null) return;
  await insertAssignments(tx, [{ member_id, associate_id, since: now, cause: "person", made_by: person_id }]);
}
