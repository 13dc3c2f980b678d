import type { Scope, Tx } from "../../store/index.ts";

export interface LoggedMessage {
  readonly message_id: number;
  readonly member_id: number;
  readonly source: string;
  readonly channel: string;
  readonly template: string;
  readonly state: "waiting" | "sending" | "asking" | "accepted" | "refused" | "held" | "unknown";
  /** Why nothing went out, or what it waits for. */
  readonly reason: string | null;
  readonly requested_at: Date;
  readonly at: Date | null;
  readonly due_at: Date | null;
  readonly cost_minor: number;
  readonly parts: number;
  readonly service_code: string | null;
}

export interface LogFilter {
  readonly state?: string | undefined;
  readonly reason?: string | undefined;
  readonly channel?: string | undefined;
  readonly template?: string | undefined;
  readonly member_id?: number | undefined;
  readonly cursor?: number | undefined;
  readonly limit: number;
}

/** Messages, the newest first, of the stores whose members somebody may see. */
export function listMessages(tx: Tx, filter: LogFilter, scope: Scope): Promise<LoggedMessage[]> {
  const stores = scope.stores === "all" ? null : scope.stores;
  return tx.query(
    `select m.message_id, m.member_id, m.source, m.channel, m.template,
       coalesce(o.state, case p.phase when 'gate' then 'waiting' when 'ask' then 'asking' else 'sending' end) as state,
       coalesce(o.reason, p.deferred) as reason, m.requested_at, o.at, p.due_at, coalesce(o.cost_minor, p.cost_minor, 0) as cost_minor,
       coalesce(o.parts, p.parts, 0)::int as parts, o.service_code
     from channels.message m left join channels.outcome o using (message_id) left join channels.pending p using (message_id)
     where ($1::bigint is null or m.message_id < $1) and ($2::bigint is null or m.member_id = $2)
       and ($3::text is null or m.channel = $3) and ($4::text is null or m.template = $4) and ($5::text is null or o.reason = $5)
       and ($6::text is null or o.state = $6 or ($6 = 'open' and o.message_id is null))
       and ($8::text[] is null or exists (select from catalogue.members f where f.member_id = m.member_id and f.home_store_code = any($8)))
     order by m.message_id desc limit $7`,
    [
      filter.cursor ?? null,
      filter.member_id ?? null,
      filter.channel ?? null,
      filter.template ?? null,
      filter.reason ?? null,
      filter.state ?? null,
      filter.limit,
      stores,
    ],
  );
}

export interface ReasonCount {
  readonly channel: string;
  readonly state: string;
  readonly reason: string | null;
  readonly messages: number;
  readonly cost_minor: number;
}

/** How messages ended since an instant, by channel and reason. */
export function countOutcomes(tx: Tx, since: Date): Promise<ReasonCount[]> {
  return tx.query(
    `select m.channel, o.state, o.reason, count(*)::int as messages, coalesce(sum(o.cost_minor), 0)::bigint as cost_minor
     from channels.outcome o join channels.message m using (message_id) where o.at >= $1 group by 1, 2, 3 order by 1, 2, 4 desc`,
    [since],
  );
}

export interface StopRow {
  readonly what: string;
  readonly reason: string;
  readonly stopped_at: Date;
}

export function stops(tx: Tx): Promise<StopRow[]> {
  return tx.query("select what, reason, stopped_at from channels.stop order by what");
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
