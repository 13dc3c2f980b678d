import type { Tx } from "../../store/index.ts";

/** What became of a message that a domain asked for. */
export interface Fate {
  readonly effect_key: string;
  readonly template: string;
  /** Null: it is still under way. */
  readonly state: "accepted" | "refused" | "held" | "unknown" | null;
  readonly reason: string | null;
  /** When it ended, or was asked for. */
  readonly at: Date;
}

/**
 * What became of the messages whose keys begin with a text, in the order in which they were asked for. Keys that begin
 * alike lie next to each other in the index of (source, effect_key).
 * @param prefix ends with "."
 */
export function fatesOf(tx: Tx, source: string, prefix: string): Promise<Fate[]> {
  // "/" is the character after "."
  return tx.query<Fate>(
    `select m.effect_key, m.template, o.state, o.reason, coalesce(o.at, m.requested_at) as at
     from channels.message m left join channels.outcome o using (message_id)
     where m.source = $1 and m.effect_key collate "C" >= $2 and m.effect_key collate "C" < $3 order by m.message_id`,
    [source, prefix, `${prefix.slice(0, -1)}/`],
  );
}

/** What people call these templates: the key where there is no name; nothing of those that do not exist. */
export async function templateNames(tx: Tx, templates: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ template: string; name: string }>(
    "select template, name from channels.template where template = any($1)",
    [templates],
  );
  return new Map(rows.map(({ template, name }) => [template, name === "" ? template : name]));
}
