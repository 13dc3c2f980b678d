import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import { inForceOn, publishedBenefits } from "./benefit-store.ts";
import { todayOf } from "./benefits.ts";
import { insertEntitled } from "./grant-store.ts";
import "./errors.ts";

const NONE_IN_FORCE = "benefits.none_today";

async function inForce(tx: Tx, ground: Ground, benefit: string) {
  return inForceOn(await publishedBenefits(tx), todayOf(ground)).find((one) => one.benefit === benefit);
}

/**
 * A later domain gives members a benefit beside its rhythm, in the caller's transaction, each once for its key; the turn then
 * grants it as every other, kept or with its reason.
 * @returns for each, in their order, why nothing is due; undefined: it is
 */
export async function entitle(
  tx: Tx,
  ground: Ground,
  benefit: string,
  gifts: readonly { readonly member_id: number; readonly key: string }[],
): Promise<(string | undefined)[]> {
  const version = await inForce(tx, ground, benefit);
  if (version === undefined) return gifts.map(() => NONE_IN_FORCE);
  await insertEntitled(
    tx,
    { benefit, version: version.version, due_day: todayOf(ground), now: ground.clock.now() },
    gifts,
  );
  return gifts.map(() => undefined);
}

/** What `entitle` would answer today, without making anything due. */
export async function rehearseEntitling(
  tx: Tx,
  ground: Ground,
  benefit: string,
  gifts: readonly unknown[],
): Promise<(string | undefined)[]> {
  const there = (await inForce(tx, ground, benefit)) !== undefined;
  return gifts.map(() => (there ? undefined : NONE_IN_FORCE));
}

/** Benefits in force today, by name. */
export async function benefitChoices(
  tx: Tx,
  ground: Ground,
): Promise<{ readonly benefit: string; readonly zh: string; readonly en: string }[]> {
  return inForceOn(await publishedBenefits(tx), todayOf(ground)).map(({ benefit, definition: { zh, en } }) => {
    return { benefit, zh, en };
  });
}
