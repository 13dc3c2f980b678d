import type { Tx } from "../../store/index.ts";
import type { Category, Channel, EndedMessage } from "./request.ts";
import type { Content } from "./template.ts";

export const PRIORITY_MAX = 9;

export interface Claimed {
  readonly message_id: number;
  readonly source: string;
  readonly effect_key: string;
  readonly member_id: number;
  readonly channel: Channel;
  readonly template: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly priority: number;
  readonly valid_until: Date | null;
  readonly attempts: number;
  /** Of a message that tries a template. */
  readonly test_version: number | null;
}

/** What is to be decided now: the highest priority first, then the longest due; none of a channel that rests. */
export function claimForGate(tx: Tx, channel: Channel, now: Date, limit: number): Promise<Claimed[]> {
  return tx.query(
    `with due as materialized (
       select d.message_id, d.attempts from generate_series(${PRIORITY_MAX}, 0, -1) as n (priority) cross join lateral (
         select p.message_id, p.attempts, p.due_at from channels.pending p
         where p.phase = 'gate' and p.channel = $1 and p.priority = n.priority::smallint and p.due_at <= $2
         order by p.due_at, p.message_id limit $3 for update skip locked) d
       where not exists (select from channels.carrier c where c.channel = $1 and c.paused_until > $2)
       order by n.priority desc, d.due_at, d.message_id limit $3
     )
     select m.message_id, m.source, m.effect_key, m.member_id, m.channel, m.template, m.variables, m.priority, m.valid_until, d.attempts, m.test_version
     from due d join channels.message m using (message_id) order by m.priority desc, m.message_id`,
    [channel, now, limit],
  );
}

export interface UsedTemplate {
  readonly template: string;
  readonly category: Category;
  readonly version: number;
  readonly content: Content;
}

export function approvedTemplates(tx: Tx, templates: readonly string[]): Promise<UsedTemplate[]> {
  return tx.query(
    `select t.template, t.category, v.version, v.content from channels.template t
     join channels.template_version v on v.template = t.template and v.state = 'approved' where t.template = any($1)`,
    [templates],
  );
}

/** Versions that are tried before they are approved. */
export function triedTemplates(
  tx: Tx,
  tried: readonly { readonly template: string; readonly version: number }[],
): Promise<UsedTemplate[]> {
  return tx.query(
    `select t.template, t.category, v.version, v.content from channels.template t join channels.template_version v using (template)
     where v.state in ('draft', 'submitted', 'approved')
       and (v.template, v.version) in (select * from unnest($1::text[], $2::int[]))`,
    [tried.map(({ template }) => template), tried.map(({ version }) => version)],
  );
}

export async function categoriesOf(tx: Tx, templates: readonly string[]): Promise<Map<string, Category>> {
  const rows = await tx.query<{ template: string; category: Category }>(
    "select template, category from channels.template where template = any($1)",
    [templates],
  );
  return new Map(rows.map(({ template, category }) => [template, category]));
}

export async function stopped(tx: Tx): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ what: string }>("select what from channels.stop");
  return new Set(rows.map(({ what }) => what));
}

export interface ConsentState {
  readonly member_id: number;
  readonly purpose: string;
  readonly state: "granted" | "withdrawn" | "unproven";
}

/**
 * As it stands in this very moment: a withdrawal that was committed holds back whatever was not handed over. From each member
 * on: asked for all at once, the planner read every consent of a medium that few members had allowed (95 ms for 50 members).
 */
export function consentStates(tx: Tx, member_ids: readonly number[], medium: string): Promise<ConsentState[]> {
  return tx.query(
    `select m.member_id, c.purpose, c.state from unnest($1::bigint[]) as m(member_id)
     cross join lateral (
       select purpose, state from catalogue.consents
       where member_id = m.member_id and medium = $2 and purpose in ('marketing', 'service') offset 0) c`,
    [member_ids, medium],
  );
}

/** The last message of a template that a member got. */
export interface ToldLast {
  readonly at: Date;
  readonly message_id: number;
}

export interface OwnFacts {
  readonly zones: ReadonlyMap<number, string>;
  readonly held_out: ReadonlySet<number>;
  readonly told: ReadonlyMap<string, ToldLast>;
}

/** What this domain itself knows of members. */
export async function ownFacts(tx: Tx, member_ids: readonly number[], templates: readonly string[]): Promise<OwnFacts> {
  const zones = await tx.query<{ member_id: number; timezone: string }>(
    "select member_id, timezone from channels.member_zone where member_id = any($1::bigint[])",
    [member_ids],
  );
  const held = await tx.query<{ member_id: number }>(
    "select member_id from channels.hold_out where member_id = any($1::bigint[])",
    [member_ids],
  );
  const told = await tx.query<ToldLast & { key: string }>(
    "select member_id || ' ' || template as key, at, message_id from channels.told where member_id = any($1::bigint[]) and template = any($2)",
    [member_ids, templates],
  );
  return {
    zones: new Map(zones.map(({ member_id, timezone }) => [member_id, timezone])),
    held_out: new Set(held.map(({ member_id }) => member_id)),
    told: new Map(told.map(({ key, ...last }) => [key, last])),
  };
}

export async function usedOf(tx: Tx, keys: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.query<{ limit_key: string; used: number }>(
    "select limit_key, used from channels.used where limit_key = any($1)",
    [keys],
  );
  return new Map(rows.map(({ limit_key, used }) => [limit_key, used]));
}

/** Takes; the constraint refuses what would go beyond a limit, whatever was reckoned before. */
export async function addUsed(
  tx: Tx,
  grown: readonly { readonly key: string; readonly amount: number; readonly cap: number; readonly until: Date }[],
): Promise<void> {
  if (grown.length === 0) return;
  await tx.query(
    // in the order of the index, so that neighbours are written together
    `insert into channels.used as u (limit_key, used, cap, until_at)
     select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::timestamptz[]) as w (limit_key, used, cap, until_at) order by limit_key
     on conflict (limit_key) do update set used = u.used + excluded.used, cap = excluded.cap`,
    [
      grown.map(({ key }) => key),
      grown.map(({ amount }) => amount),
      grown.map(({ cap }) => cap),
      grown.map(({ until }) => until),
    ],
  );
}

/** What counted for periods that are over. */
export function forgetUsed(tx: Tx, before: Date, limit: number): Promise<number> {
  return tx.execute(
    "delete from channels.used where limit_key in (select limit_key from channels.used where until_at < $1 limit $2)",
    [before, limit],
  );
}

/** What never went out gives back what it had taken: one of each cap, its cost of each budget. */
export async function giveBack(tx: Tx, message_ids: readonly number[]): Promise<void> {
  await tx.query(
    `with back as (
       select k as limit_key, sum(case when k like 'budget %' then p.cost_minor else 1 end) as amount
       from channels.pending p cross join unnest(p.taken) k where p.message_id = any($1::bigint[]) group by k)
     update channels.used u set used = u.used - back.amount from back where u.limit_key = back.limit_key`,
    [message_ids],
  );
}

export interface HandedRow {
  readonly message_id: number;
  readonly version: number;
  readonly cost_minor: number;
  readonly parts: number;
  readonly taken: readonly string[];
  /** Where it goes: the vault's token of the address. */
  readonly address_token: string | null;
}

/** From here on the message may be with the service: a process that dies now leaves it to be asked for. */
export async function markSending(
  tx: Tx,
  rows: readonly HandedRow[],
  handed_at: Date,
  lease_until: Date,
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `update channels.pending p set phase = 'sending', due_at = $6, handed_at = $7, attempts = least(p.attempts + 1, 10), deferred = null,
       template_version = w.version, cost_minor = w.cost, parts = w.parts, taken = string_to_array(w.taken, '|'), address_token = w.address
     from unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::text[], $8::text[]) as w (message_id, version, cost, parts, taken, address)
     where p.message_id = w.message_id`,
    [
      rows.map((row) => row.message_id),
      rows.map((row) => row.version),
      rows.map((row) => row.cost_minor),
      rows.map((row) => row.parts),
      rows.map((row) => row.taken.join("|")),
      lease_until,
      handed_at,
      rows.map((row) => row.address_token),
    ],
  );
}

/** Waits until then, and is decided anew. */
export async function putOff(
  tx: Tx,
  rows: readonly { readonly message_id: number; readonly until: Date }[],
  why: "quiet_hours" | "channel_health" | "retry",
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `update channels.pending p set phase = 'gate', due_at = w.until, deferred = $3, taken = '{}', cost_minor = 0
     from unnest($1::bigint[], $2::timestamptz[]) as w (message_id, until) where p.message_id = w.message_id`,
    [rows.map(({ message_id }) => message_id), rows.map(({ until }) => until), why],
  );
}

export async function noteTold(tx: Tx, told: ReadonlyMap<string, ToldLast>): Promise<void> {
  const rows = [...told].map(([key, last]) => ({ key: key.split(" "), ...last }));
  if (rows.length === 0) return;
  await tx.query(
    `insert into channels.told as t (member_id, template, at, message_id)
     select * from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[])
     on conflict (member_id, template) do update set at = excluded.at, message_id = excluded.message_id where excluded.at >= t.at`,
    [
      rows.map(({ key }) => key[0]),
      rows.map(({ key }) => key[1]),
      rows.map(({ at }) => at),
      rows.map(({ message_id }) => message_id),
    ],
  );
}

export interface Ending {
  readonly message_id: number;
  readonly state: EndedMessage["state"];
  readonly reason: string | null;
  readonly service_id?: string | null;
  readonly service_code?: string | null;
  /** Of what was never in phase `sending`. */
  readonly version?: number;
  readonly cost_minor?: number;
  /** As it was reckoned, or as the service billed it. */
  readonly parts?: number;
}

/**
 * Ends messages: only those still under way, so that of two who settle the same one is believed.
 * @param receipt_at when to ask whether what was accepted arrived; null: the service never says
 * @returns how each ended, for whoever asked
 */
export async function endMessages(
  tx: Tx,
  endings: readonly Ending[],
  now: Date,
  receipt_at: Date | null = null,
): Promise<EndedMessage[]> {
  const ended = await writeEnds(tx, endings, now, receipt_at);
  if (ended.length === 0) return [];
  const asked = await tx.query<Asker & { readonly message_id: number }>(
    "select message_id, source, effect_key, member_id from channels.message where message_id = any($1::bigint[])",
    [ended.map(({ message_id }) => message_id)],
  );
  const askers = new Map(asked.map(({ message_id, ...asker }) => [message_id, asker]));
  return ended
    .flatMap((one) => ({ ...one, ...(askers.get(one.message_id) ?? { source: "", effect_key: "", member_id: 0 }) }))
    .sort((a, b) => a.message_id - b.message_id);
}

/** Who asked for a message, and for whom. */
export type Asker = Pick<EndedMessage, "source" | "effect_key" | "member_id">;
type Ended = Omit<EndedMessage, keyof Asker>;

/** The same without those who asked, for whoever knows them. */
export function writeEnds(
  tx: Tx,
  endings: readonly Ending[],
  now: Date,
  receipt_at: Date | null = null,
): Promise<Ended[]> {
  if (endings.length === 0) return Promise.resolve([]);
  return tx.query(
    `with gone as (
       delete from channels.pending p using unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $7::int[], $8::int[], $9::int[])
         as e (message_id, state, reason, service_id, service_code, version, cost, parts)
       where p.message_id = e.message_id
       returning p.message_id, p.channel, p.address_token, p.handed_at, e.state, e.reason, e.service_id, e.service_code,
         coalesce(e.version, p.template_version) as version, coalesce(e.parts, p.parts) as parts,
         case when e.state in ('refused', 'held') then 0
           else coalesce(e.cost, p.cost_minor / nullif(p.parts, 0) * e.parts, p.cost_minor) end as cost
     ), expected as (
       insert into channels.receipt (message_id, channel, address_token, handed_at, next_at)
       select message_id, channel, address_token, handed_at, $10::timestamptz from gone
       where state = 'accepted' and $10::timestamptz is not null and address_token is not null
     ), written as (
       insert into channels.outcome (message_id, state, reason, at, template_version, cost_minor, parts, service_id, service_code)
       select message_id, state, reason, $6, version, cost, parts, service_id, service_code from gone
     )
     select message_id, state, reason, cost as cost_minor from gone`,
    [
      endings.map(({ message_id }) => message_id),
      endings.map(({ state }) => state),
      endings.map(({ reason }) => reason),
      endings.map(({ service_id }) => service_id ?? null),
      endings.map(({ service_code }) => service_code ?? null),
      now,
      endings.map(({ version }) => version ?? null),
      endings.map(({ cost_minor }) => cost_minor ?? null),
      endings.map(({ parts }) => parts ?? null),
      receipt_at,
    ],
  );
}

/** Those whose answer is overdue: nobody knows whether they went out. */
export function overdue(tx: Tx, channel: Channel, now: Date, limit: number): Promise<OverdueRow[]> {
  return tx.query(
    `select p.message_id, p.attempts, p.handed_at, p.address_token from channels.pending p
     where p.channel = $1 and p.phase in ('sending', 'ask') and p.due_at <= $2 order by p.due_at limit $3 for update of p skip locked`,
    [channel, now, limit],
  );
}
export interface OverdueRow {
  readonly message_id: number;
  readonly attempts: number;
  readonly handed_at: Date | null;
  readonly address_token: string | null;
}

/** To be asked for, not before then; the longer it is open, the more seldom. @param wall real time, as it was handed over */
export async function putToAsking(tx: Tx, message_ids: readonly number[], at: Date, wall: Date): Promise<void> {
  if (message_ids.length === 0) return;
  await tx.query(
    `update channels.pending set phase = 'ask',
       due_at = $2::timestamptz + least(interval '1 hour', greatest(interval '0', $3::timestamptz - handed_at) / 4)
     where message_id = any($1::bigint[])`,
    [message_ids, at, wall],
  );
}

export interface CarrierRow {
  readonly channel: Channel;
  readonly settings_sealed: Buffer | null;
  readonly settings_shown: string;
  readonly cost_minor: number;
  readonly failures: number;
  readonly paused_until: Date | null;
}

export function carriers(tx: Tx): Promise<CarrierRow[]> {
  return tx.query(
    "select channel, settings_sealed, settings_shown, cost_minor, failures, paused_until from channels.carrier",
  );
}

const FAILURES_MAX = 5;
const PAUSE_S = 30;
const PAUSE_S_MAX = 600;

/** After so many batches in a row of which nothing arrived a channel rests, longer each time. */
export async function noteCarrier(tx: Tx, channel: Channel, ok: boolean, now: Date): Promise<void> {
  await tx.query(
    `update channels.carrier set failures = case when $2 then 0 else failures + 1 end,
       paused_until = case when $2 then null when failures + 1 < ${FAILURES_MAX} then paused_until
         else $3::timestamptz + make_interval(secs => least(${PAUSE_S_MAX}, ${PAUSE_S} * 2 ^ least(failures + 1 - ${FAILURES_MAX}, 10))) end
     where channel = $1 and (not $2 or failures > 0)`,
    [channel, ok, now],
  );
}

export async function attemptsOf(tx: Tx, message_ids: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.query<{ message_id: number; attempts: number }>(
    "select message_id, attempts from channels.pending where message_id = any($1::bigint[])",
    [message_ids],
  );
  return new Map(rows.map(({ message_id, attempts }) => [message_id, attempts]));
}
