import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { hashSecret } from "../../platform/ids.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { personById, type PersonRow } from "../access-store.ts";
import { isPermission } from "../matrix.ts";
import { requireMayGive } from "../person-acts.ts";
import { isNetwork } from "./addresses.ts";
import { type ClientRow, CLIENTS_MAX, mayBeGivenToClients, newKey, prefixOf } from "./client.ts";
import {
  clientForChange,
  countClients,
  insertClient,
  insertKey,
  type NewClient,
  retireKeys,
  revokeClient,
  revokeKey,
  updateClient,
} from "./client-store.ts";

type By = Pick<PersonRow, "person_id" | "role">;

/** A key as it is given out, once. */
export interface MadeKey {
  readonly key: string;
  readonly expires_at: Date;
}

/**
 * Makes a program that may call the API, with its first key.
 * @throws access.client_permission, access.client_network, access.client_owner, access.owner_only, access.client_name_taken,
 * access.clients_full
 */
export async function makeClient(
  ground: Ground,
  by: By,
  client: NewClient,
  expiry_days: number,
): Promise<MadeKey & { readonly client_id: number }> {
  requireGivable(client);
  const now = ground.wall.now();
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if ((await countClients(tx)) >= CLIENTS_MAX) throw problem("access.clients_full", { limit: CLIENTS_MAX });
    await requireOwner(tx, by, client.owner_id);
    const client_id = await insertClient(tx, client, by.person_id, now);
    if (client_id === undefined) throw problem("access.client_name_taken", { client: client.name });
    return { client_id, ...(await addKey(tx, { client_id, by, now, expiry_days })) };
  });
}

/** Changes what is named; counts from the program's next call on. @throws as makeClient, access.client_not_found */
export async function changeClient(
  ground: Ground,
  by: By,
  client_id: number,
  change: Partial<NewClient>,
): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const before = await requireClient(tx, client_id);
    const after: NewClient = { ...before, ...change };
    requireGivable(after);
    const owner = await personById(tx, before.owner_id);
    if (owner !== undefined) requireMayGive(by, owner.role);
    if (change.owner_id !== undefined) await requireOwner(tx, by, change.owner_id);
    if (!(await updateClient(tx, client_id, after))) throw problem("access.client_name_taken", { client: after.name });
  });
}

/**
 * Gives another key; the newest of those before stays good for so many hours, so that the program can be changed over.
 * @throws access.client_not_found, access.owner_only
 */
export async function rotateKey(
  ground: Ground,
  by: By,
  client_id: number,
  { overlap_hours, expiry_days }: { readonly overlap_hours: number; readonly expiry_days: number },
): Promise<MadeKey> {
  const now = ground.wall.now();
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const { owner_id } = await requireClient(tx, client_id);
    await requireOwner(tx, by, owner_id);
    await retireKeys(tx, client_id, now, new Date(now.getTime() + overlap_hours * 3_600_000));
    return addKey(tx, { client_id, by, now, expiry_days });
  });
}

/** Ends a program, or one of its keys, with its next call. Whoever may manage accounts may end any. */
export async function endClient(ground: Ground, by: By, client_id: number, key_id?: number): Promise<void> {
  const now = ground.wall.now();
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await requireClient(tx, client_id);
    const ended =
      key_id === undefined
        ? await revokeClient(tx, client_id, by.person_id, now)
        : await revokeKey(tx, client_id, key_id, now);
    if (!ended) throw problem("access.client_not_found");
  });
}

async function requireClient(tx: Tx, client_id: number): Promise<ClientRow> {
  const client = await clientForChange(tx, client_id);
  if (client === undefined || client.revoked_at !== null) throw problem("access.client_not_found");
  return client;
}

/** The person who answers for a program works here, and is none whose account the maker could not give. */
async function requireOwner(tx: Tx, by: By, owner_id: number): Promise<void> {
  const owner = await personById(tx, owner_id);
  if (owner === undefined || owner.disabled_at !== null) throw problem("access.client_owner");
  requireMayGive(by, owner.role);
}

function requireGivable({ permissions, addresses }: NewClient): void {
  const strange = permissions.find((word) => !isPermission(word) || !mayBeGivenToClients(word));
  if (strange !== undefined) throw problem("access.client_permission", { permission: strange });
  const wrong = addresses.find((text) => !isNetwork(text));
  if (wrong !== undefined) throw problem("access.client_network", { network: wrong });
}

async function addKey(
  tx: Tx,
  { client_id, by, now, expiry_days }: { client_id: number; by: By; now: Date; expiry_days: number },
): Promise<MadeKey> {
  const key = newKey();
  const expires_at = new Date(now.getTime() + expiry_days * 86_400_000);
  await insertKey(tx, {
    client_id,
    prefix: prefixOf(key),
    key_hash: hashSecret(key),
    made_by: by.person_id,
    made_at: now,
    expires_at,
  });
  return { key, expires_at };
}
