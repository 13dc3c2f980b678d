import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { maskedValues } from "./member-row.ts";
import { lockIdentities } from "./party-store.ts";
import { reconsider } from "./reconsidering.ts";
import type { Decider } from "./decision-store.ts";

export interface QuarantinedValue {
  /** The value's blind index: what it is called in requests. */
  readonly value_id: string;
  readonly kind: string;
  readonly masked: string;
  readonly reason: "shared" | "staff" | "person";
  readonly holders: number;
  readonly since: Date;
}

export interface QuarantinePage {
  readonly items: readonly QuarantinedValue[];
  readonly next_cursor: string | null;
}

/** Whether a member of these stores holds a value; `first` is the number of the parameter, null for every store. */
function heldWithin(token: string, first: number): string {
  return `($${first}::text[] is null or exists (select 1 from members.holding o join members.party p using (party_id)
    join members.profile f on f.member_id = p.member_id where o.token = ${token} and f.home_store_code = any($${first})))`;
}

const ownStores = ({ scope }: Tx) => (scope.stores === "all" ? null : scope.stores);

/** Values that join nobody at present, newest first; of those that members of one's own stores hold. */
export async function listQuarantined(
  tx: Tx,
  ground: Ground,
  query: { cursor?: string; limit?: number },
): Promise<QuarantinePage> {
  const limit = Math.min(query.limit ?? 50, 200);
  const place = decodeCursor(query.cursor, 2);
  const rows = await tx.query<Omit<QuarantinedValue, "value_id" | "masked"> & { token: string; place: string }>(
    `select q.token, q.kind, q.reason, q.since, q.since::text as place,
       (select count(*)::int from (select 1 from members.holding h where h.token = q.token limit 5000) l) as holders
     from members.quarantine q
     where released_at is null and ($1::timestamptz is null or (since, token) < ($1, $2::text)) and ${heldWithin("q.token", 4)}
     order by since desc, token desc limit $3`,
    [place?.[0] ?? null, place?.[1] ?? null, limit + 1, ownStores(tx)],
  );
  const shown = rows.slice(0, limit);
  const masked = await maskedValues(
    tx,
    ground,
    shown.map((row) => row.token),
  );
  const last = shown.at(-1);
  return {
    items: shown.map(({ token, kind, reason, holders, since }) => ({
      value_id: token,
      kind,
      masked: masked.get(token) ?? "***",
      reason,
      holders,
      since,
    })),
    next_cursor: rows.length > limit && last !== undefined ? encodeCursor([last.place, last.token]) : null,
  };
}

/** Lets a value join again, however many hold it. @throws members.value_not_quarantined */
export async function releaseValue(tx: Tx, ground: Ground, value_id: string, by: Decider): Promise<void> {
  await lockIdentities(tx);
  const count = await tx.execute(
    `update members.quarantine set released_at = $2, released_by = $3, release_reason = $4 where token = $1 and released_at is null
       and ${heldWithin("members.quarantine.token", 5)}`,
    [value_id, by.now, by.person_id, by.reason, ownStores(tx)],
  );
  if (count === 0) throw problem("members.value_not_quarantined");
  await reconsider(tx, ground, [value_id]);
}

/** Bars a value by hand: whatever rests on it is taken back. @throws members.value_unknown */
export async function quarantineValue(tx: Tx, ground: Ground, value_id: string, by: Decider): Promise<void> {
  await lockIdentities(tx);
  const held = await tx.one<{ kind: string; holders: number }>(
    `select min(kind) as kind, count(*)::int as holders from members.holding where token = $1 and ${heldWithin("$1", 2)} having count(*) > 0`,
    [value_id, ownStores(tx)],
  );
  if (held === undefined) throw problem("members.value_unknown");
  await tx.query(
    `insert into members.quarantine (token, kind, reason, holders, since) values ($1, $2, 'person', $3, $4)
     on conflict (token) do update set reason = 'person', holders = excluded.holders, since = excluded.since,
       released_at = null, released_by = null, release_reason = null`,
    [value_id, held.kind, held.holders, by.now],
  );
  await reconsider(tx, ground, [value_id], { by: "person", person_id: by.person_id, reason: by.reason });
}
