import type { FastifyRequest } from "fastify";
import type { Ground } from "../../ground.ts";
import { Problem, problem } from "../../platform/errors.ts";
import type { Access, Permitted } from "../../platform/http.ts";
import { Gather } from "../../platform/index.ts";
import { hashSecret } from "../../platform/ids.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { matrixAt } from "../matrix-live.ts";
import type { Rights } from "../rights.ts";
import { liesIn } from "./addresses.ts";
import { type ClientRow, keyOf } from "./client.ts";
import { clientRights, clientScope, requireClientPermitted } from "./client-rights.ts";
import { clientsOfKeys, type FoundKey, touchClient, touchRefused } from "./client-store.ts";
import { countCall } from "./rate.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The program that calls; undefined where a person does, or nobody. Set as soon as its key is known, refused ones too. */
    client: Pick<ClientRow, "client_id" | "name"> | undefined;
  }
}

const TOUCH_SECONDS = 60;

/**
 * Lets a program in by its key and gives what it may do here.
 * @throws access.client_key_invalid, access.client_revoked, access.client_key_ended, access.client_owner_gone,
 * access.client_address, access.client_too_many, access.client_people_only, access.client_not_allowed
 */
export async function admitClient(ground: Ground, request: FastifyRequest, access: Access): Promise<void> {
  const found = await foundBy(ground, request);
  request.client = { client_id: found.client_id, name: found.name };
  try {
    requireInUse(ground, request, found);
    countCall(ground, found);
    if (!("permission" in access)) throw problem("access.client_people_only", { client: found.name });
    await admit(ground, request, found, access);
  } catch (error) {
    if (error instanceof Problem) await noteRefused(ground, request, found, error.code);
    throw error;
  }
  await noteUsed(ground, request, found);
}

/** Whether a stream that a program opened may stay open: nothing of what let it in has changed. */
export async function clientStays(ground: Ground, request: FastifyRequest, access: Permitted): Promise<boolean> {
  try {
    const found = await foundBy(ground, request);
    requireInUse(ground, request, found);
    const { rights, scope } = await heldBy(ground, found, access);
    requireClientPermitted(found, rights, access);
    return JSON.stringify(scope) === JSON.stringify(request.scope);
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

const lookups = new WeakMap<Ground, Gather<Buffer, FoundKey | undefined>>();

/** Tills call at the same time: the keys of one moment are looked up together. */
function lookupOf(ground: Ground): Gather<Buffer, FoundKey | undefined> {
  const known = lookups.get(ground);
  if (known !== undefined) return known;
  const lookup = new Gather<Buffer, FoundKey | undefined>(async (hashes) => {
    const found = await ground.store.glance((tx) => clientsOfKeys(tx, hashes, ground.wall.now()));
    return hashes.map((hash) => found.get(hash.toString("hex")));
  });
  lookups.set(ground, lookup);
  return lookup;
}

async function foundBy(ground: Ground, request: FastifyRequest): Promise<FoundKey> {
  const key = keyOf(request.headers.authorization);
  const found = key === undefined ? undefined : await lookupOf(ground).ask(hashSecret(key));
  if (found === undefined) throw problem("access.client_key_invalid");
  return found;
}

function requireInUse(ground: Ground, request: FastifyRequest, found: FoundKey): void {
  const client = found.name;
  if (found.revoked_at !== null) throw problem("access.client_revoked", { client });
  if (found.key_revoked_at !== null || found.key_expires_at.getTime() <= ground.wall.now().getTime())
    throw problem("access.client_key_ended", { client });
  if (found.owner.disabled) throw problem("access.client_owner_gone", { client });
  if (found.addresses.length > 0 && !liesIn(request.ip, found.addresses))
    throw problem("access.client_address", { client, ip: request.ip });
}

async function heldBy(ground: Ground, found: FoundKey, access: Permitted) {
  const matrix = await matrixAt(ground, found.matrix_version);
  const rights: Rights = clientRights(matrix, found);
  return { rights, scope: await clientScope(ground, found, matrix, rights, access) };
}

async function admit(ground: Ground, request: FastifyRequest, found: FoundKey, access: Permitted): Promise<void> {
  const { rights, scope } = await heldBy(ground, found, access);
  requireClientPermitted(found, rights, access);
  request.rights = rights;
  request.scope = scope;
}

const longAgo = (at: Date | null, now: Date) => at === null || now.getTime() - at.getTime() >= TOUCH_SECONDS * 1000;

async function noteUsed(ground: Ground, request: FastifyRequest, { client_id, last_used_at }: FoundKey): Promise<void> {
  const now = ground.wall.now();
  if (!longAgo(last_used_at, now)) return;
  const before = new Date(now.getTime() - TOUCH_SECONDS * 1000);
  await ground.store.write(SYSTEM_SCOPE, (tx) => touchClient(tx, client_id, now, request.ip, before));
}

async function noteRefused(ground: Ground, request: FastifyRequest, found: FoundKey, why: string): Promise<void> {
  const now = ground.wall.now();
  if (!longAgo(found.last_refused_at, now) && found.last_refused_why === why) return;
  const before = new Date(now.getTime() - TOUCH_SECONDS * 1000);
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    touchRefused(tx, found.client_id, { now, ip: request.ip, why, before }),
  );
}
