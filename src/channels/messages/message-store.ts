import { problem } from "../../platform/index.ts";
import { emit, type Tx } from "../../store/index.ts";
import type { EndedMessage, MessageRequest } from "./request.ts";

export interface Requested {
  readonly message_ids: readonly number[];
  readonly fresh: number;
}

/** Of whoever says nothing else. */
export const PRIORITY = 5;
const ENDED_PER_EVENT_MAX = 1_000;

/** @param test_version of messages that try a template on the seed list @throws channels.template_unknown */
export async function insertMessages(
  tx: Tx,
  source: string,
  requests: readonly MessageRequest[],
  now: Date,
  test_version: number | null = null,
): Promise<Requested> {
  await requireTemplates(tx, [...new Set(requests.map(({ template }) => template))]);
  const keys = requests.map(({ effect_key }) => effect_key);
  // the order of the requests is that of the numbers; a key that stands in it twice is one message
  const made = await tx.query<{ message_id: number; effect_key: string }>(
    `with wanted as (
       select * from unnest($2::text[], $3::bigint[], $4::text[], $5::json[], $6::smallint[], $7::timestamptz[], $8::timestamptz[])
         with ordinality as w (effect_key, member_id, template, variables, priority, not_before, valid_until, place)
     ), made as (
       insert into channels.message (source, effect_key, member_id, channel, template, variables, priority, valid_until, requested_at, test_version)
       select $1, w.effect_key, w.member_id, t.channel, w.template, w.variables, w.priority, w.valid_until, $9, $10::int
       from wanted w join channels.template t using (template) order by w.place
       on conflict (source, effect_key) do nothing returning message_id, effect_key, channel, member_id, priority
     ), queued as (
       insert into channels.pending (message_id, channel, member_id, priority, phase, due_at)
       select m.message_id, m.channel, m.member_id, m.priority, 'gate', coalesce(w.not_before, $9)
       from made m join (select distinct on (effect_key) effect_key, not_before from wanted order by effect_key, place) w using (effect_key)
       order by m.message_id
     )
     select message_id, effect_key from made`,
    [
      source,
      keys,
      requests.map(({ member_id }) => member_id),
      requests.map(({ template }) => template),
      requests.map(({ variables }) => JSON.stringify(variables ?? {})),
      requests.map(({ priority }) => priority ?? PRIORITY),
      requests.map(({ not_before }) => not_before ?? null),
      requests.map(({ valid_until }) => valid_until ?? null),
      now,
      test_version,
    ],
  );
  const known = new Map(made.map(({ effect_key, message_id }) => [effect_key, message_id]));
  const before = keys.filter((key) => !known.has(key));
  if (before.length > 0)
    for (const { effect_key, message_id } of await numbersOf(tx, source, before)) known.set(effect_key, message_id);
  if (made.length > 0) await tx.query("select pg_notify('channels_pending', '')");
  return { message_ids: keys.map((key) => known.get(key) ?? 0), fresh: made.length };
}

async function requireTemplates(tx: Tx, templates: readonly string[]): Promise<void> {
  const rows = await tx.query<{ template: string }>("select template from channels.template where template = any($1)", [
    templates,
  ]);
  const known = new Set(rows.map(({ template }) => template));
  const missing = templates.find((template) => !known.has(template));
  if (missing !== undefined) throw problem("channels.template_unknown", { template: missing });
}

function numbersOf(tx: Tx, source: string, keys: readonly string[]) {
  return tx.query<{ effect_key: string; message_id: number }>(
    "select effect_key, message_id from channels.message where source = $1 and effect_key = any($2)",
    [source, keys],
  );
}

/** Ends what the gate has not decided yet. */
export async function cancelPending(tx: Tx, source: string, keys: readonly string[], now: Date): Promise<string[]> {
  const ended = await tx.query<EndedMessage>(
    `with gone as (
       delete from channels.pending p using channels.message m
       where m.message_id = p.message_id and m.source = $1 and m.effect_key = any($2) and p.phase = 'gate'
       returning m.message_id, m.source, m.effect_key, m.member_id
     ), written as (
       insert into channels.outcome (message_id, state, reason, at) select message_id, 'held', 'cancelled', $3 from gone
     )
     select g.*, 'held' as state, 'cancelled' as reason, 0 as cost_minor from gone g order by message_id`,
    [source, keys, now],
  );
  await tellEnded(tx, ended);
  return ended.map(({ effect_key }) => effect_key);
}

/** Tells whoever asked how messages ended. */
export async function tellEnded(tx: Tx, ended: readonly EndedMessage[]): Promise<void> {
  const parts: { messages: readonly EndedMessage[] }[] = [];
  for (let i = 0; i < ended.length; i += ENDED_PER_EVENT_MAX)
    parts.push({ messages: ended.slice(i, i + ENDED_PER_EVENT_MAX) });
  await emit(tx, "channels.ended", parts);
}
