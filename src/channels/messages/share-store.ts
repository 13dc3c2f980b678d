import type { Tx } from "../../store/index.ts";
import type { Category } from "./request.ts";

/** Messages of a category that went out, by who asked for them. */
export interface SentBy {
  readonly source: string;
  /** Of the effect key what stands before the first point: of a journey its version. */
  readonly origin: string;
  readonly messages: number;
}

/** What went out from an instant on, trials not among them. */
export function sentBy(tx: Tx, category: Category, since: Date): Promise<SentBy[]> {
  return tx.query<SentBy>(
    `select m.source, split_part(m.effect_key, '.', 1) as origin, count(*)::int as messages
     from channels.outcome o join channels.message m using (message_id) join channels.template t using (template)
     where o.state = 'accepted' and o.at >= $2 and t.category = $1 and m.test_version is null
     group by m.source, origin`,
    [category, since],
  );
}
