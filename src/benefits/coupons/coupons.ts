import type { Ground } from "../../ground.ts";
import { businessDay, problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { insertBatch, type NewBatch } from "./batch-store.ts";
import { codeHash, isWellFormed, normaliseCode } from "./code.ts";
import { codeKey } from "./code-key.ts";
import {
  couponByKey,
  type CouponHead,
  couponVersions,
  publishDraft,
  publishedVersion,
  saveDraft,
  type Saving,
} from "./coupon-store.ts";
import type { CouponDefinition } from "./definition.ts";
import { couponProblems } from "./definition-lint.ts";

/** @throws benefits.coupon_unknown */
export async function couponNamed(tx: Tx, key: string): Promise<CouponHead> {
  const head = await couponByKey(tx, key);
  if (head === undefined) throw problem("benefits.coupon_unknown", { coupon: key });
  return head;
}

export async function hasCoupon(tx: Tx, key: string): Promise<boolean> {
  return (await couponByKey(tx, key)) !== undefined;
}

/** Keeps a draft, sound or not: what is wrong with it stands in the way of publishing only. @returns its version */
export async function saveCoupon(tx: Tx, definition: CouponDefinition, saving: Saving): Promise<number> {
  return saveDraft(tx, definition, saving);
}

/** @throws benefits.bad_coupon with every place that is wrong */
export function requireSound(definition: CouponDefinition): void {
  const problems = couponProblems(definition);
  const [first] = problems;
  if (first === undefined) return;
  throw problem(
    "benefits.bad_coupon",
    { count: problems.length, place: first.path, first_zh: first.zh, first_en: first.en },
    problems,
  );
}

interface Publishing {
  readonly person_id: number | null;
  readonly now: Date;
  /** Business days on which it can be used; what has been issued keeps the version it was issued under. */
  readonly first_day: string;
  readonly last_day: string | null;
}

/** Puts the draft into force. @throws benefits.no_draft, benefits.bad_coupon, benefits.bad_days */
export async function publishCoupon(tx: Tx, ground: Ground, key: string, by: Publishing): Promise<number> {
  const { coupon_id } = await couponNamed(tx, key);
  const draft = (await couponVersions(tx, coupon_id)).find((row) => row.published_at === null);
  if (draft === undefined) throw problem("benefits.no_draft", { coupon: key });
  requireSound(draft.definition);
  requireDays(ground, by.first_day, by.last_day);
  const version = await publishDraft(tx, coupon_id, by);
  if (version === undefined) throw problem("benefits.no_draft", { coupon: key });
  return version;
}

function requireDays(ground: Ground, first_day: string, last_day: string | null): void {
  if (last_day === null) return;
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  if (last_day < first_day || last_day < today) throw problem("benefits.bad_days", { first_day, last_day });
}

export interface MakingBatch extends NewBatch {
  /** A code for all, chosen by the brand; null: a code for each. */
  readonly code: string | null;
}

const SHARED_CODE = /^[A-Z0-9]{4,20}$/;

/**
 * A batch of the published version, which it keeps.
 * @throws benefits.coupon_unknown, not_published, bad_days, bad_code, code_taken
 */
export async function makeBatch(
  tx: Tx,
  ground: Ground,
  key: string,
  { code, ...batch }: MakingBatch,
  by: { readonly person_id: number | null; readonly now: Date },
): Promise<number> {
  const { coupon_id, state } = await couponNamed(tx, key);
  const published = await publishedVersion(tx, coupon_id);
  if (published === undefined || state !== "live") throw problem("benefits.not_published", { coupon: key });
  requireDays(ground, batch.first_day, batch.last_day);
  const code_hash = code === null ? null : codeHash(await codeKey(ground), sharedCode(code));
  const { version, definition } = published;
  const of = { coupon_id, version, currency: definition.currency };
  const batch_id = await insertBatch(tx, of, batch, { code_hash, ...by });
  if (batch_id === undefined) throw problem("benefits.code_taken");
  return batch_id;
}

/** A code of the brand's choice never reads like one of a unique batch. @throws benefits.bad_code */
function sharedCode(typed: string): string {
  const code = normaliseCode(typed);
  if (!SHARED_CODE.test(code) || isWellFormed(code)) throw problem("benefits.bad_code");
  return code;
}
