import { creditsBetween } from "../../points/index.ts";
import type { Tx } from "../../store/index.ts";
import { tierMovesBetween } from "../../tiers/index.ts";
import type { JourneyDefinition } from "../definition.ts";
import { currentMembers, numbers } from "../run-store.ts";

/** How many members of a scene there were to be handled, and how many were. */
export interface Handled {
  readonly qualifying: number;
  readonly handled: number;
}

interface Span {
  readonly since: Date;
  readonly until: Date;
}

/** A record's member enters when it arrives, which may be a while after it happened. */
const LATE = "interval '1 day'";

/**
 * Of members to whom something happened at `at` for the last time: who is in the journey, entered it then, or so shortly before
 * that it does not let them in again.
 */
const HANDLED = `select count(*)::int as qualifying, count(*) filter (where exists (
    select from journeys.run r where r.member_id = q.member_id and r.journey = $1
      and ($2::int is null or r.ended_at is null or r.entered_at >= q.at - $2 * interval '1 day' - ${LATE})))::int as handled
  from qualifying q`;

/** Members to whom something happened in a span, and how many of them a journey that is entered by it has handled. */
export async function handledByEvent(
  tx: Tx,
  journey: string,
  { reentry }: Pick<JourneyDefinition, "reentry">,
  event: string,
  span: Span,
): Promise<Handled> {
  const apart = reentry.kind === "once" ? null : reentry.after_days;
  const own = await ownQualifying(tx, event, span);
  const [from, values]: [string, readonly unknown[]] =
    own !== undefined
      ? [
          "select u.member_id, max(u.at) as at from unnest($3::bigint[], $4::timestamptz[]) u (member_id, at) group by u.member_id",
          [numbers(own.map(({ member_id }) => member_id)), own.map(({ at }) => at.toISOString())],
        ]
      : event === "member"
        ? [
            "select member_id, joined_at as at from catalogue.members where joined_at >= $3 and joined_at < $4",
            [span.since, span.until],
          ]
        : [
            `select e.member_id, max(e.occurred_at) as at from catalogue.events e
             where e.kind = $5 and e.occurred_at >= $3 and e.occurred_at < $4 and e.member_id is not null group by e.member_id`,
            [span.since, span.until, event],
          ];
  const row = await tx.one<Handled>(`with qualifying as (${from}) ${HANDLED}`, [journey, apart, ...values]);
  return row ?? { qualifying: 0, handled: 0 };
}

/** What happened on the platform itself; undefined: the event is a record of a source. */
async function ownQualifying(tx: Tx, event: string, { since, until }: Span) {
  const happened =
    event === "points_credited"
      ? await creditsBetween(tx, since, until)
      : event === "tier_up" || event === "tier_down"
        ? (await tierMovesBetween(tx, since, until)).filter(
            ({ direction }) => direction === (event === "tier_up" ? 1 : -1),
          )
        : undefined;
  if (happened === undefined) return undefined;
  const members = await currentMembers(
    tx,
    happened.map(({ member_number }) => member_number),
  );
  return happened.flatMap(({ member_number, at }) => {
    const member_id = members.get(member_number);
    return member_id === undefined ? [] : [{ member_id, at }];
  });
}

/** Moments of a journey's schedule that were worked off in a span, whatever version had them. */
export async function momentsDone(tx: Tx, journey: string, { since, until }: Span): Promise<Date[]> {
  const rows = await tx.query<{ at: Date }>(
    `select distinct m.at from journeys.moment m join journeys.version v using (version_id)
     where v.journey = $1 and m.at > $2 and m.at <= $3 and m.finished_at is not null and m.reason is null`,
    [journey, since, until],
  );
  return rows.map((row) => row.at);
}

export interface SceneJourney {
  readonly journey: string;
  readonly scene: string;
  readonly state: string;
  /** The newest published version; null: only a draft. */
  readonly definition: JourneyDefinition | null;
}

/** Journeys that were made of scenes, ended ones not among them. */
export function sceneJourneys(tx: Tx): Promise<SceneJourney[]> {
  return tx.query<SceneJourney>(
    `select j.journey, j.scene, j.state, (select v.definition from journeys.version v
       where v.journey = j.journey and v.published_at is not null order by v.version desc limit 1) as definition
     from journeys.journey j where j.scene is not null and j.state <> 'ended' order by j.journey`,
  );
}

/** Entries of versions, by number as text, as messages name them. */
export async function entriesOfVersions(tx: Tx, versions: readonly string[]): Promise<Map<string, unknown>> {
  const known = versions.filter((one) => /^\d{1,9}$/.test(one));
  const rows = await tx.query<{ version_id: number; entry: unknown }>(
    "select version_id, definition -> 'entry' as entry from journeys.version where version_id = any($1::int[])",
    [known.map(Number)],
  );
  return new Map(rows.map((row) => [String(row.version_id), row.entry]));
}
