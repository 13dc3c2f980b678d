import type { FastifyReply, FastifyRequest } from "fastify";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { deleteSession } from "../access-store.ts";
import { keepSession, setSessionCookie } from "../sessions.ts";
import { deviceHashOf } from "./device.ts";
import { isRightPin } from "./pins.ts";
import {
  clearWrong,
  type Counted,
  countWrong,
  lockCounted,
  PIN_ATTEMPTS_MAX,
  pinInStore,
  type PinRow,
} from "./pin-store.ts";
import { boundTablet, clerksOf, endTabletSession, seenTablet, storeName, type TabletRow } from "./tablet-store.ts";

const SEEN_SECONDS = 60;

/** What the screen of a tablet shows before somebody has put in their PIN. */
export interface Till {
  readonly tablet: {
    readonly name: string;
    readonly store_code: string;
    readonly store_name: string;
    readonly expires_at: Date;
  };
  readonly people: readonly { readonly person_id: number; readonly name: string; readonly has_pin: boolean }[];
}

/** The store and the names of its clerks, for the browser that is its tablet; undefined for any other. */
export async function tillOf(ground: Ground, request: FastifyRequest): Promise<Till | undefined> {
  const device_hash = deviceHashOf(ground, request);
  if (device_hash === null) return undefined;
  const now = ground.wall.now();
  const found = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const tablet = await boundTablet(tx, device_hash, now);
    if (tablet === undefined) return undefined;
    const { store_code } = tablet;
    return { tablet, store_name: await storeName(tx, store_code), clerks: await clerksOf(tx, [store_code], now) };
  });
  if (found === undefined) return undefined;
  const { tablet, store_name, clerks } = found;
  if (now.getTime() - (tablet.last_seen_at?.getTime() ?? 0) > SEEN_SECONDS * 1000)
    await ground.store.write(SYSTEM_SCOPE, (tx) => seenTablet(tx, tablet.tablet_id, now, null));
  return {
    tablet: {
      name: tablet.name,
      store_code: tablet.store_code,
      store_name,
      expires_at: tablet.expires_at ?? now,
    },
    people: clerks.map(({ person_id, name, pin_set_at }) => ({ person_id, name, has_pin: pin_set_at !== null })),
  };
}

function requireOpen(locked_until: Date | null | undefined, now: Date): void {
  if (locked_until == null || locked_until <= now) return;
  throw problem("access.pin_locked", { minutes: Math.ceil((locked_until.getTime() - now.getTime()) / 60_000) });
}

const pinWrong = () => problem("access.pin_wrong", { limit: PIN_ATTEMPTS_MAX });

/**
 * Lets a clerk work at a tablet of their store. Whatever is wrong, the answer is the same: the person, their store, the PIN.
 * @throws access.tablet_not_bound, access.pin_wrong, access.pin_locked
 */
export async function takeTurn(
  ground: Ground,
  request: FastifyRequest,
  reply: FastifyReply,
  given: { readonly person_id: number; readonly pin: string },
): Promise<void> {
  const now = ground.wall.now();
  const device_hash = deviceHashOf(ground, request);
  const { tablet, pin } = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const tablet = device_hash === null ? undefined : await boundTablet(tx, device_hash, now);
    if (tablet === undefined) throw problem("access.tablet_not_bound");
    return { tablet, pin: await pinInStore(tx, given.person_id, tablet.store_code, now) };
  });
  const { tablet_id, store_code } = tablet;
  Object.assign(request.audit_subject, { tablet_id, store_code, person_id: given.person_id });
  // before the costly hash; judged again under the locks
  requireOpen(tablet.locked_until, now);
  requireOpen(pin?.locked_until, now);
  const right = await isRightPin(ground, pin, given.pin);
  const token = await judge(ground, request, { tablet, pin, right, device_hash });
  if (token === undefined) throw pinWrong();
  setSessionCookie(ground, reply, token);
}

interface Judged {
  readonly tablet: TabletRow;
  readonly pin: PinRow | undefined;
  readonly right: boolean;
  readonly device_hash: Buffer | null;
}

/**
 * Under the locks of the tablet and of the PIN, so that of many tries at once no more are judged than are allowed.
 * @returns the token of a session, or undefined: then it was counted
 */
async function judge(ground: Ground, request: FastifyRequest, asked: Judged): Promise<string | undefined> {
  const { pin, right, device_hash } = asked;
  const { tablet_id } = asked.tablet;
  const now = ground.wall.now();
  const counted: Counted[] = [
    { table: "tablet", id: tablet_id },
    ...(pin === undefined ? [] : [{ table: "pin", id: pin.person_id } as const]),
  ];
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    for (const one of counted) requireOpen(await lockCounted(tx, one), now);
    const tablet = device_hash === null ? undefined : await boundTablet(tx, device_hash, now);
    if (tablet === undefined) throw problem("access.tablet_not_bound");
    const live = pin === undefined ? undefined : await pinInStore(tx, pin.person_id, tablet.store_code, now);
    // one that was changed while its hash was being made is the old one
    if (!right || pin === undefined || live === undefined || !live.hash_sealed.equals(pin.hash_sealed)) {
      for (const one of counted) await countWrong(tx, one, now);
      return undefined;
    }
    for (const one of counted) await clearWrong(tx, one);
    await endTabletSession(tx, tablet_id);
    const before = request.signed_in?.session.token_hash;
    if (before !== undefined) await deleteSession(tx, before);
    await seenTablet(tx, tablet_id, now, pin.person_id);
    return keepSession(ground, tx, request, pin.person_id, { opened_by: "pin", strong_since: undefined, tablet_id });
  });
}
