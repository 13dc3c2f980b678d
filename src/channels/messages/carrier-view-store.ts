import type { Tx } from "../../store/index.ts";
import type { Channel } from "./request.ts";

export interface CarrierView {
  readonly channel: Channel;
  readonly is_set_up: boolean;
  readonly settings_shown: string;
  readonly cost_minor: number;
  readonly failures: number;
  readonly paused_until: Date | null;
  readonly waiting: number;
  readonly under_way: number;
  /** With associates, who have yet to send them. */
  readonly prepared: number;
  /** Of what could go now: since when the oldest waits. */
  readonly oldest_due_at: Date | null;
  readonly accepted_day: number;
  readonly refused_day: number;
  readonly held_day: number;
  readonly unknown_day: number;
  readonly delivered_day: number;
  readonly failed_day: number;
  readonly cost_day_minor: number;
  /** Since when a service has an address at which it tells us, and when it last did. */
  readonly callback_at: Date | null;
  readonly heard_at: Date | null;
  readonly last_accepted_at: Date | null;
}

/** Each channel, what waits for it, and how messages of the last 24 hours ended. */
export function carrierViews(tx: Tx, now: Date): Promise<CarrierView[]> {
  return tx.query(
    `select c.channel, c.settings_sealed is not null as is_set_up, c.settings_shown, c.cost_minor, c.failures,
       case when c.paused_until > $1 then c.paused_until end as paused_until,
       coalesce(w.waiting, 0)::int as waiting, coalesce(w.under_way, 0)::int as under_way, coalesce(w.prepared, 0)::int as prepared, w.oldest_due_at,
       coalesce(d.accepted, 0)::int as accepted_day, coalesce(d.refused, 0)::int as refused_day, coalesce(d.held, 0)::int as held_day,
       coalesce(d.unknown, 0)::int as unknown_day, coalesce(d.cost, 0)::bigint as cost_day_minor, d.last_accepted_at,
       coalesce(d.delivered, 0)::int as delivered_day, coalesce(d.failed, 0)::int as failed_day, b.made_at as callback_at, b.heard_at
     from channels.carrier c
     left join (
       select channel, count(*) filter (where phase = 'gate') as waiting, count(*) filter (where phase in ('sending', 'ask')) as under_way, count(*) filter (where phase = 'prepared') as prepared,
         min(due_at) filter (where phase = 'gate' and due_at <= $1) as oldest_due_at
       from channels.pending group by channel) w using (channel)
     left join (
       select m.channel, count(*) filter (where o.state = 'accepted') as accepted, count(*) filter (where o.state = 'refused') as refused,
         count(*) filter (where o.state = 'held') as held, count(*) filter (where o.state = 'unknown') as unknown,
         count(*) filter (where o.delivery = 'delivered') as delivered, count(*) filter (where o.delivery = 'failed') as failed, sum(o.cost_minor) as cost,
         max(o.at) filter (where o.state = 'accepted') as last_accepted_at
       from channels.outcome o join channels.message m using (message_id) where o.at > $1::timestamptz - interval '24 hours' group by m.channel) d
       using (channel)
     left join channels.callback b using (channel)
     order by array_position(array['sms', 'email', 'wechat', 'wecom', 'inbox', 'webhook'], c.channel)`,
    [now],
  );
}
