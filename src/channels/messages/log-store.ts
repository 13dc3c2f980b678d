import type { Scope, Tx } from "../../store/index.ts";

export const MESSAGE_STATES = [
  "waiting",
  "sending",
  "asking",
  "prepared",
  "accepted",
  "refused",
  "held",
  "unknown",
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

export interface LoggedMessage {
  readonly message_id: number;
  readonly member_id: number;
  readonly source: string;
  readonly effect_key: string;
  readonly channel: string;
  readonly template: string;
  readonly template_name: string;
  readonly version: number | null;
  /** Tried a template on the seed list. */
  readonly test: boolean;
  readonly state: MessageState;
  /** Why nothing went out, or what it waits for. */
  readonly reason: string | null;
  readonly requested_at: Date;
  readonly at: Date | null;
  readonly due_at: Date | null;
  readonly cost_minor: number;
  readonly parts: number;
  readonly service_code: string | null;
  /** Whether it arrived, by the word of the service; null: none yet, or the service never says. */
  readonly delivery: "delivered" | "failed" | "silent" | null;
  readonly delivery_code: string | null;
  readonly delivery_at: Date | null;
}

export interface LogFilter {
  readonly state?: string | undefined;
  readonly reason?: string | undefined;
  readonly channel?: string | undefined;
  readonly template?: string | undefined;
  readonly source?: string | undefined;
  readonly delivery?: string | undefined;
  readonly member_id?: number | undefined;
  readonly message_id?: number | undefined;
  /** Asked for in this period. */
  readonly from?: Date | undefined;
  readonly before?: Date | undefined;
}

const STATE =
  "coalesce(o.state, case p.phase when 'gate' then 'waiting' when 'ask' then 'asking' when 'prepared' then 'prepared' else 'sending' end)";
const WHERE = `
  from channels.message m left join channels.outcome o using (message_id) left join channels.pending p using (message_id)
  where ($1::text is null or o.state = $1 or ($1 = 'open' and o.message_id is null and p.phase is distinct from 'prepared') or (o.message_id is null and ${STATE} = $1))
    and ($2::text is null or coalesce(o.reason, p.deferred) = $2) and ($3::text is null or m.channel = $3)
    and ($4::text is null or m.template = $4) and ($5::text is null or m.source = $5)
    and ($6::bigint is null or m.member_id = $6) and ($7::bigint is null or m.message_id = $7)
    and ($8::timestamptz is null or m.requested_at >= $8) and ($9::timestamptz is null or m.requested_at < $9)
    and ($11::text is null or o.delivery = $11)
    and ($10::text[] is null or exists (select from catalogue.members f where f.member_id = m.member_id and f.home_store_code = any($10)))`;

const valuesOf = (filter: LogFilter, scope: Scope) => [
  filter.state ?? null,
  filter.reason ?? null,
  filter.channel ?? null,
  filter.template ?? null,
  filter.source ?? null,
  filter.member_id ?? null,
  filter.message_id ?? null,
  filter.from ?? null,
  filter.before ?? null,
  scope.stores === "all" ? null : scope.stores,
  filter.delivery ?? null,
];

/** Messages, the newest first, of the stores whose members somebody may see. @param after a message number: those before it */
export function listMessages(
  tx: Tx,
  filter: LogFilter,
  scope: Scope,
  { after = null, limit }: { readonly after?: number | null; readonly limit: number },
): Promise<LoggedMessage[]> {
  return tx.query(
    `select m.message_id, m.member_id, m.source, m.effect_key, m.channel, m.template,
       (select t.name from channels.template t where t.template = m.template) as template_name,
       coalesce(o.template_version, p.template_version, m.test_version) as version, m.test_version is not null as test, ${STATE} as state,
       coalesce(o.reason, p.deferred) as reason, m.requested_at, o.at, p.due_at, coalesce(o.cost_minor, p.cost_minor, 0) as cost_minor,
       coalesce(o.parts, p.parts, 0)::int as parts, o.service_code, o.delivery, o.delivery_code, o.delivery_at
     ${WHERE} and ($12::bigint is null or m.message_id < $12) order by m.message_id desc limit $13`,
    [...valuesOf(filter, scope), after, limit],
  );
}

export interface ReasonCount {
  readonly channel: string;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly messages: number;
  readonly cost_minor: number;
}

/** How messages stand, by channel, state and reason, of the same stores as the list. */
export function countOutcomes(tx: Tx, filter: LogFilter, scope: Scope): Promise<ReasonCount[]> {
  return tx.query(
    `select m.channel, ${STATE} as state, coalesce(o.reason, p.deferred) as reason, count(*)::int as messages,
       coalesce(sum(o.cost_minor), 0)::bigint as cost_minor
     ${WHERE} group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
    valuesOf(filter, scope),
  );
}

export interface StopRow {
  readonly what: string;
  readonly reason: string;
  readonly stopped_at: Date;
  readonly stopped_by: number | null;
}

export function stops(tx: Tx): Promise<StopRow[]> {
  return tx.query("select what, reason, stopped_at, stopped_by from channels.stop order by what");
}

export async function setStop(
  tx: Tx,
  what: string,
  reason: string,
  by: { readonly person_id: number | null; readonly now: Date },
): Promise<void> {
  await tx.query("insert into channels.stop values ($1, $2, $3, $4) on conflict (what) do nothing", [
    what,
    reason,
    by.person_id,
    by.now,
  ]);
}

export async function endStop(tx: Tx, what: string): Promise<void> {
  await tx.query("delete from channels.stop where what = $1", [what]);
}
