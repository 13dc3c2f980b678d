import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import { todayOf } from "./benefits.ts";

/** A gift that is granted and waits for being handed out. */
export interface GiftDue {
  readonly entitlement_id: number;
  readonly benefit: string;
  readonly member_id: number;
  readonly name: string;
}

export interface GiftQuestion {
  readonly benefit: string | null;
  readonly entitlement_id: number | null;
  /** Whose home store is one of these; null: everybody. */
  readonly stores: readonly string[] | null;
  readonly limit: number;
}

/** Gifts that can be handed out today, the oldest first. */
export function giftsDue(tx: Tx, ground: Ground, question: GiftQuestion): Promise<GiftDue[]> {
  return tx.query(
    `select e.entitlement_id, e.benefit, p.member_id, v.definition->>'zh' as name
     from benefits.entitlement e join benefits.benefit_version v using (benefit, version)
       join catalogue.parties p on p.party_id = e.owner
     where e.state = 'granted' and (e.last_day is null or e.last_day >= $1::date) and v.definition->'give'->>'kind' = 'gift'
       and p.member_id is not null and ($2::text is null or e.benefit = $2) and ($3::bigint is null or e.entitlement_id = $3)
       and ($4::text[] is null or exists (
         select from catalogue.members m where m.member_id = p.member_id and m.home_store_code = any($4)))
     order by e.entitlement_id limit $5`,
    [todayOf(ground), question.benefit, question.entitlement_id, question.stores, question.limit],
  );
}
