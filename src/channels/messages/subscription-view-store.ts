import type { Tx } from "../../store/index.ts";

/** What members have left of a template of WeChat, whichever of our templates use it. */
export interface TemplateStock {
  readonly service_template: string;
  /** Members with something left, and all who ever agreed. */
  readonly members: number;
  readonly members_ever: number;
  readonly left: number;
  readonly spent: number;
  /** Acceptances of the last seven days. */
  readonly accepted_7d: number;
}

export function templateStocks(tx: Tx, now: Date): Promise<TemplateStock[]> {
  return tx.query(
    `select s.service_template, count(distinct p.member_id) filter (where s.accepted > s.spent)::int as members,
       count(distinct p.member_id)::int as members_ever, coalesce(sum(s.accepted - s.spent), 0)::int as "left",
       coalesce(sum(s.spent), 0)::int as spent,
       (select count(*)::int from channels.subscription_word w
        where w.service_template = s.service_template and w.word = 'accepted' and w.at > $1::timestamptz - interval '7 days') as accepted_7d
     from channels.subscription s join catalogue.parties p using (party_id)
     group by s.service_template order by s.service_template limit 500`,
    [now],
  );
}

/** What one member has left. */
export interface MemberStock {
  readonly service_template: string;
  /** Our templates that use it. */
  readonly templates: readonly { readonly template: string; readonly name: string }[];
  readonly left: number;
  readonly spent: number;
  readonly last_word: "accepted" | "refused" | "ended";
  readonly last_at: Date;
}

export function memberStocks(tx: Tx, member_id: number): Promise<MemberStock[]> {
  return tx.query(
    `with own as (select party_id from catalogue.parties where member_id = $1),
     stock as (
       select service_template, sum(accepted - spent)::int as "left", sum(spent)::int as spent
       from channels.subscription join own using (party_id) group by service_template),
     word as (
       select distinct on (service_template) service_template, word, at
       from channels.subscription_word join own using (party_id) order by service_template, at desc, record_id)
     select s.*, w.word as last_word, w.at as last_at, coalesce((
       select json_agg(distinct jsonb_build_object('template', t.template, 'name', t.name))
       from channels.template t join channels.template_version v using (template)
       where t.channel = 'wechat' and v.state <> 'retired' and v.content ->> 'service_template' = s.service_template), '[]') as templates
     from stock s join word w using (service_template) order by w.at desc limit 100`,
    [member_id],
  );
}
