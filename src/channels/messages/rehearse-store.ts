import type { Tx } from "../../store/index.ts";
import type { Category, Channel } from "./request.ts";

/** A message that really went out. */
export interface ReallySent {
  readonly member_id: number;
  readonly channel: Channel;
  readonly category: Category;
  readonly template: string;
  readonly at: Date;
}

/** Effects that are left out of what really happened: those of `source` whose keys begin with one of the words before their first dot. */
export interface LeftOut {
  readonly source: string;
  readonly first_words: readonly string[];
}

const LEFT_OUT = "(m.source = $3 and split_part(m.effect_key, '.', 1) = any($4))";

/** What these members were really sent. */
export function reallySent(
  tx: Tx,
  { from, until }: { readonly from: Date; readonly until: Date },
  { source, first_words }: LeftOut,
  member_ids: readonly number[],
): Promise<ReallySent[]> {
  return tx.query(
    `select p.member_id, m.channel, t.category, m.template, o.at
     from channels.outcome o join channels.message m using (message_id) join channels.template t using (template)
       join catalogue.parties p on p.party_id = m.member_id
     where o.at >= $1 and o.at < $2 and o.state in ('accepted', 'unknown') and not ${LEFT_OUT} and p.member_id = any($5::bigint[])`,
    [from, until, source, first_words, member_ids],
  );
}

/** What was really spent, by the hour. */
export function reallySpent(
  tx: Tx,
  { from, until }: { readonly from: Date; readonly until: Date },
  { source, first_words }: LeftOut,
): Promise<{ channel: Channel; at: Date; cost_minor: number }[]> {
  return tx.query(
    `select m.channel, date_trunc('hour', o.at) as at, sum(o.cost_minor)::bigint as cost_minor
     from channels.outcome o join channels.message m using (message_id)
     where o.at >= $1 and o.at < $2 and o.cost_minor > 0 and not ${LEFT_OUT} group by 1, 2`,
    [from, until, source, first_words],
  );
}

/** Since when members are kept from marketing. */
export async function heldOutSince(tx: Tx, member_ids: readonly number[]): Promise<Map<number, Date>> {
  const rows = await tx.query<{ member_id: number; since: Date }>(
    "select member_id, since from channels.hold_out where member_id = any($1::bigint[])",
    [member_ids],
  );
  return new Map(rows.map(({ member_id, since }) => [member_id, since]));
}

/** A moment at which what a member has left of a template of WeChat changed. */
export interface LeftChange {
  readonly member_id: number;
  readonly service_template: string;
  readonly what: "more" | "less" | "none";
  readonly at: Date;
}

/** What members said and were really sent, from the beginning. */
export function subscriptionsThen(
  tx: Tx,
  until: Date,
  { source, first_words }: LeftOut,
  member_ids: readonly number[],
  service_templates: readonly string[],
): Promise<LeftChange[]> {
  return tx.query(
    `select p.member_id, w.service_template, case w.word when 'accepted' then 'more' else 'none' end as what, w.at
     from channels.subscription_word w join catalogue.parties p using (party_id)
     where p.member_id = any($1::bigint[]) and w.service_template = any($2) and w.at < $5 and w.word <> 'refused'
     union all
     select p.member_id, v.content ->> 'service_template', case o.state when 'refused' then 'none' else 'less' end, o.at
     from catalogue.parties p join channels.message m on m.member_id = p.party_id join channels.outcome o using (message_id)
       join channels.template_version v on v.template = m.template and v.version = o.template_version
     where p.member_id = any($1::bigint[]) and m.channel = 'wechat' and o.at < $5 and not ${LEFT_OUT}
       and v.content ->> 'service_template' = any($2)
       and (o.state in ('accepted', 'unknown') or (o.state = 'refused' and o.service_code = '43101'))`,
    [member_ids, service_templates, source, first_words, until],
  );
}
