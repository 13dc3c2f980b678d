import type { Tx } from "../../store/index.ts";
import type { ShortLink } from "./short-link.ts";

const DAY_MS = 86_400_000;

/** Where the links of messages lead, before these leave. The same again when one is sent anew. */
export async function insertLinks(
  tx: Tx,
  links: readonly (ShortLink & { readonly message_id: number })[],
  now: Date,
): Promise<void> {
  if (links.length === 0) return;
  await tx.query(
    `insert into channels.link (message_id, place, target, expires_at)
     select * from unnest($1::bigint[], $2::int[], $3::text[], $4::timestamptz[])
     on conflict (message_id, place) do update set target = excluded.target, expires_at = excluded.expires_at`,
    [
      links.map(({ message_id }) => message_id),
      links.map(({ place }) => place),
      links.map(({ target }) => target),
      links.map(({ days }) => new Date(now.getTime() + days * DAY_MS)),
    ],
  );
}

/** Counts a click. @returns where the link leads; undefined when it leads nowhere any more */
export async function clickLink(
  tx: Tx,
  { message_id, place }: { readonly message_id: number; readonly place: number },
  now: Date,
): Promise<string | undefined> {
  const row = await tx.one<{ target: string }>(
    `update channels.link set clicks = clicks + 1, last_clicked_at = $3, first_clicked_at = coalesce(first_clicked_at, $3)
     where message_id = $1 and place = $2 and expires_at > $3 and clicks < 1000000 returning target`,
    [message_id, place, now],
  );
  return row?.target;
}

/** Where a link leads, for whoever only looks. */
export async function targetOf(
  tx: Tx,
  { message_id, place }: { readonly message_id: number; readonly place: number },
  now: Date,
): Promise<string | undefined> {
  const row = await tx.one<{ target: string }>(
    "select target from channels.link where message_id = $1 and place = $2 and expires_at > $3",
    [message_id, place, now],
  );
  return row?.target;
}

export interface FirstClick {
  readonly message_id: number;
  readonly place: number;
  readonly at: Date;
  readonly member_id: number;
  readonly channel: string;
  readonly template: string;
}

/** First clicks that are not on the timeline yet. */
export function clicksToRecord(tx: Tx, limit: number): Promise<FirstClick[]> {
  return tx.query(
    `select l.message_id, l.place, l.first_clicked_at as at, m.member_id, m.channel, m.template
     from channels.link l join channels.message m using (message_id)
     where l.first_clicked_at is not null and not l.recorded order by l.first_clicked_at limit $1`,
    [limit],
  );
}

export async function markRecorded(tx: Tx, clicks: readonly FirstClick[]): Promise<void> {
  await tx.query(
    `update channels.link l set recorded = true from unnest($1::bigint[], $2::int[]) as w (message_id, place)
     where l.message_id = w.message_id and l.place = w.place`,
    [clicks.map(({ message_id }) => message_id), clicks.map(({ place }) => place)],
  );
}

/** Links that lead nowhere any more go a year after they ended. */
export function forgetLinks(tx: Tx, before: Date, limit: number): Promise<number> {
  return tx.execute(
    `delete from channels.link where (message_id, place) in (
       select message_id, place from channels.link where expires_at < $1 order by expires_at limit $2)`,
    [before, limit],
  );
}
