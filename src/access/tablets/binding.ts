import { randomInt } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { hashSecret, newSecret } from "../../platform/ids.ts";
import { type Scope, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { BINDING_DAYS, CODE_MINUTES, setDeviceCookie, TABLETS_PER_STORE } from "./device.ts";
import {
  bindByCode,
  insertTablet,
  revokeTablet,
  setCode,
  storesKnown,
  tabletById,
  type TabletRow,
} from "./tablet-store.ts";

/** Letters and digits that nobody takes for one another. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const CODE_LETTERS = 10;

export interface BindingCode {
  readonly tablet_id: number;
  readonly code: string;
  readonly expires_at: Date;
}

/** 49 bits, good for ten minutes: typed in by hand, guessed by nobody within that time. */
function newCode(now: Date): { readonly code: string; readonly code_hash: Buffer; readonly expires_at: Date } {
  const letters = Array.from({ length: CODE_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  const expires_at = new Date(now.getTime() + CODE_MINUTES * 60_000);
  return { code: `${letters.slice(0, 5)}-${letters.slice(5)}`, code_hash: hashSecret(letters), expires_at };
}

/** Registers a tablet for a store and gives the code that makes a browser this tablet. @throws access.tablet_store, access.tablets_full */
export async function makeTablet(
  ground: Ground,
  by: number,
  scope: Scope,
  tablet: { readonly store_code: string; readonly name: string },
): Promise<BindingCode> {
  const now = ground.wall.now();
  const { code, code_hash, expires_at } = newCode(now);
  const { store_code, name } = tablet;
  const tablet_id = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const known = await storesKnown(tx, [store_code]);
    if (known.length === 0 || (scope.stores !== "all" && !scope.stores.includes(store_code)))
      throw problem("access.tablet_store", { store_code });
    const row = { store_code, name, made_by: by, code_hash, code_expires_at: expires_at, now };
    return insertTablet(tx, row, TABLETS_PER_STORE);
  });
  if (tablet_id === undefined) throw problem("access.tablets_full", { store_code, limit: TABLETS_PER_STORE });
  return { tablet_id, code, expires_at };
}

async function tabletWithin(tx: Tx, scope: Scope, tablet_id: number): Promise<TabletRow> {
  const tablet = await tabletById(tx, tablet_id);
  const within = tablet !== undefined && (scope.stores === "all" || scope.stores.includes(tablet.store_code));
  if (!within || tablet.revoked_at !== null) throw problem("access.tablet_not_found");
  return tablet;
}

/** Another code for a tablet whose browser lost its binding. @throws access.tablet_not_found */
export async function renewCode(ground: Ground, scope: Scope, tablet_id: number): Promise<BindingCode> {
  const { code, code_hash, expires_at } = newCode(ground.wall.now());
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await tabletWithin(tx, scope, tablet_id);
    if (!(await setCode(tx, tablet_id, code_hash, expires_at))) throw problem("access.tablet_not_found");
  });
  return { tablet_id, code, expires_at };
}

/** Ends a tablet for good: its browser and whoever works there are out with their next request. @throws access.tablet_not_found */
export async function endTablet(ground: Ground, by: number, scope: Scope, tablet_id: number): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await tabletWithin(tx, scope, tablet_id);
    if (!(await revokeTablet(tx, tablet_id, by, ground.wall.now()))) throw problem("access.tablet_not_found");
  });
}

/** Makes the browser of this request the tablet that a code was made for. @throws access.tablet_code_wrong */
export async function bindTablet(
  ground: Ground,
  request: FastifyRequest,
  reply: FastifyReply,
  code: string,
): Promise<void> {
  const secret = newSecret();
  const now = ground.wall.now();
  const letters = code.toLowerCase().replaceAll(/[\s-]/g, "");
  const tablet = await ground.store.write(SYSTEM_SCOPE, (tx) =>
    bindByCode(tx, {
      code_hash: hashSecret(letters),
      device_hash: hashSecret(secret),
      now,
      expires_at: new Date(now.getTime() + BINDING_DAYS * 86_400_000),
    }),
  );
  if (tablet === undefined) throw problem("access.tablet_code_wrong", { minutes: CODE_MINUTES });
  Object.assign(request.audit_subject, { tablet_id: tablet.tablet_id, store_code: tablet.store_code });
  setDeviceCookie(ground, reply, secret);
}
