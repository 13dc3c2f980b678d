import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { codeKey, payloadHash } from "../coupons/code-key.ts";
import { once } from "../coupons/request-store.ts";
import { todayOf } from "./benefits.ts";
import { type EntitlementRow, entitlementById, fulfilEntitlement } from "./fulfil-store.ts";

const STATES: Readonly<Record<EntitlementRow["state"], readonly [zh: string, en: string]>> = {
  due: ["还没有发放", "is not granted yet"],
  granted: ["已过期限", "has passed its last day"],
  fulfilled: ["已经领取", "was handed out already"],
  expired: ["已过期", "has expired"],
  failed: ["没有给出", "was not given"],
};

export interface Fulfilled {
  readonly entitlement_id: number;
  readonly state: "fulfilled";
}

/**
 * A gift is handed out, a guest has come. The same again has the same answer.
 * @throws benefits.entitlement_unknown, benefits.entitlement_kind, benefits.entitlement_state, benefits.key_reused
 */
export async function fulfil(
  ground: Ground,
  key: string,
  handing: { readonly entitlement_id: number; readonly store_code: string | null; readonly note: string | null },
  person_id: number | null,
): Promise<Fulfilled> {
  const { entitlement_id } = handing;
  const payload_hash = payloadHash(await codeKey(ground), ["fulfil", handing]);
  const now = ground.clock.now();
  return ground.store.write(SYSTEM_SCOPE, (tx) =>
    once(tx, { key, payload_hash, now }, async () => {
      const row = await entitlementById(tx, entitlement_id, true);
      if (row === undefined) throw problem("benefits.entitlement_unknown", { entitlement_id });
      const { kind } = row.definition.give;
      if (kind !== "gift" && kind !== "invitation")
        throw problem("benefits.entitlement_kind", { benefit_zh: row.definition.zh, benefit_en: row.definition.en });
      if (!(await fulfilEntitlement(tx, { ...handing, today: todayOf(ground), now, person_id }))) throw stateOf(row);
      return { entitlement_id, state: "fulfilled" as const };
    }),
  );
}

function stateOf({ state }: EntitlementRow) {
  const [state_zh, state_en] = STATES[state];
  return problem("benefits.entitlement_state", { state_zh, state_en });
}
