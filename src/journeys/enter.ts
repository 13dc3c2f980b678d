import type { Ground } from "../ground.ts";
import type { IdentifiedRecord, Stage } from "../ingest/index.ts";
import { problem } from "../platform/index.ts";
import type { MovedEvent } from "../segments/index.ts";
import { type OutboxEvent, type OutboxHandler, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { isHeldOut } from "./bucket.ts";
import type { JourneyDefinition } from "./definition.ts";
import { addExposures, type Exposure } from "./exposure-store.ts";
import { enteredVersions, type LiveVersion, lockJourney, movingVersions } from "./journey-store.ts";
import { toldSales } from "../members/index.ts";
import { planOf } from "./plan.ts";
import { bodyOf, type Given, givenOf } from "./variables/event-values.ts";
import { endHeldOut, type Entrant, hear, insertRuns, reachGoal } from "./run-store.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const FRESH_HOURS = 24;
export const ENTRANTS_MAX = 10_000;

/**
 * Lets members into a version in the caller's transaction, each as its journey allows: once, or anew after so many days; for
 * each record, or one at a time. Who is held out enters and gets nothing. @returns how many entered
 */
export async function enterMembers(
  tx: Tx,
  version: LiveVersion,
  entrants: readonly Entrant[],
  at: Date,
): Promise<number> {
  return (await enterEach(tx, version, entrants, at)).size;
}

/** As `enterMembers`. @returns who entered */
export async function enterEach(
  tx: Tx,
  version: LiveVersion,
  entrants: readonly Entrant[],
  at: Date,
): Promise<ReadonlySet<number>> {
  if (entrants.length === 0) return new Set();
  const { definition } = version;
  const { reentry } = definition;
  const apart_since =
    reentry.kind === "again" && reentry.after_days > 0 ? new Date(at.getTime() - reentry.after_days * DAY_MS) : null;
  const { start } = planOf(version.version_id, definition);
  // of several causes of one moment the first counts
  const each = [...Map.groupBy(entrants, (one) => `${one.member_id} ${one.lane}`).values()].flatMap(
    ([first]) => first ?? [],
  );
  const entered = await insertRuns(tx, version, each, { start, at, apart_since });
  const held = entered.filter(({ member_id }) => isHeldOut(definition, member_id)).map(({ run_id }) => run_id);
  if (held.length > 0) await endHeldOut(tx, held, at);
  if (definition.hold_out_percent > 0) await addExposures(tx, version, heldOutExposures(definition, entered, at));
  return new Set(entered.map(({ member_id }) => member_id));
}

/** Who is compared with whom: everybody who entered, held out or not. */
function heldOutExposures(
  definition: JourneyDefinition,
  entered: readonly { readonly member_id: number }[],
  at: Date,
): Exposure[] {
  const experiment = `hold-out ${definition.key}`;
  return entered.map(({ member_id }) => {
    return { experiment, member_id, variant: isHeldOut(definition, member_id) ? "held_out" : "treated", at };
  });
}

/** What an entry is known by: once in a life, or anew for each cause. */
export function entrantOf(
  { reentry }: JourneyDefinition,
  member_id: number,
  cause: string,
  record: string | undefined,
  given?: Given,
): Entrant {
  if (record !== undefined) return { member_id, entry_key: record, lane: record, given };
  return { member_id, entry_key: reentry.kind === "once" ? "" : cause, lane: "", given };
}

/** Members of any number enter over the API. @throws journeys.no_api_entry, journeys.too_many, journeys.unknown */
export async function enterByApi(
  tx: Tx,
  ground: Ground,
  journey: string,
  { member_ids, key }: { readonly member_ids: readonly number[]; readonly key: string },
): Promise<number> {
  if (member_ids.length > ENTRANTS_MAX) throw problem("journeys.too_many", { limit: ENTRANTS_MAX });
  await lockJourney(tx, journey);
  const version = (await enteredVersions(tx)).find((one) => one.journey === journey);
  if (version?.definition.entry.kind !== "api") throw problem("journeys.no_api_entry", { journey });
  const entrants = [...new Set(member_ids)].map((member_id) =>
    entrantOf(version.definition, member_id, `api ${key}`, undefined),
  );
  return enterMembers(tx, version, entrants, ground.clock.now());
}

const moved =
  (movement: "entered" | "left"): OutboxHandler =>
  async (tx, ground, events: readonly OutboxEvent<MovedEvent>[]) => {
    const versions = await enteredVersions(tx);
    for (const { event_id, payload } of events) {
      // a segment that was made or changed moved nobody
      if (payload.cause === "filled") continue;
      for (const version of versions) {
        const { entry } = version.definition;
        if (entry.kind !== "segment" || entry.segment_id !== payload.segment_id || entry.movement !== movement)
          continue;
        const entrants = payload.member_ids.map((id) =>
          entrantOf(version.definition, id, `event ${event_id}`, undefined),
        );
        await enterMembers(tx, version, entrants, ground.clock.now());
      }
    }
  };

export const journeyEvents: Readonly<Record<string, OutboxHandler>> = {
  "segments.entered": moved("entered"),
  "segments.left": moved("left"),
};

/** Members by the records' parties, in the order of the records. */
async function membersOfRecords(tx: Tx, records: readonly IdentifiedRecord[]): Promise<Map<string, number>> {
  const rows = await tx.query<{ party_id: number; member_id: number }>(
    "select party_id, member_id from catalogue.parties where party_id = any($1::bigint[]) and member_id is not null",
    [[...new Set(records.map((record) => record.party_id))]],
  );
  const byParty = new Map(rows.map((row) => [row.party_id, row.member_id]));
  return new Map(
    records.flatMap((record) => {
      const member_id = record.party_id === null ? undefined : byParty.get(record.party_id);
      return member_id === undefined ? [] : [[record.record_id, member_id] as const];
    }),
  );
}

/** Records let members in, end waits, and reach goals, in the transaction that stores them. */
export const journeyStage: Stage = {
  domain: "journeys",
  async apply(tx, ground, records) {
    const [entering, moving] = [await enteredVersions(tx), await movingVersions(tx)];
    const kinds = heardKinds(entering, moving);
    const concerned = records.filter(({ kind, party_id }) => party_id !== null && kinds.has(kind));
    if (concerned.length === 0) return [];
    const members = await membersOfRecords(tx, concerned);
    const now = ground.clock.now();
    for (const [kind, ones] of Map.groupBy(concerned, (record) => record.kind)) {
      const who = [...new Set(ones.flatMap((record) => members.get(record.record_id) ?? []))];
      await tellWaits(tx, moving, kind, who, now);
      for (const version of entering) await enterByRecords(tx, version, ones, members, now);
    }
    return [];
  },
};

/** Kinds of happenings that any journey listens to. */
export function heardKinds(entering: readonly LiveVersion[], moving: readonly LiveVersion[]): ReadonlySet<string> {
  const kinds = new Set<string>();
  for (const { definition } of entering) if (definition.entry.kind === "event") kinds.add(definition.entry.event);
  for (const { definition } of moving) {
    if (definition.goal !== null) kinds.add(definition.goal.event);
    for (const node of Object.values(definition.nodes)) if (node.kind === "wait_until") kinds.add(node.event);
  }
  return kinds;
}

async function tellWaits(
  tx: Tx,
  moving: readonly LiveVersion[],
  kind: string,
  member_ids: readonly number[],
  now: Date,
): Promise<void> {
  const waits = moving.flatMap(({ version_id, definition }) =>
    Object.values(definition.nodes).flatMap((node, place) =>
      node.kind === "wait_until" && node.event === kind ? [{ version_id, node: place }] : [],
    ),
  );
  if (waits.length > 0) await hear(tx, waits, member_ids, now);
  const goals = moving.flatMap(({ version_id, definition }) =>
    definition.goal?.event === kind ? [{ version_id, exit: definition.goal.exit }] : [],
  );
  if (goals.length > 0) await reachGoal(tx, goals, member_ids, now);
}

/** Something that happened to a member, and what an entry by it is known by. */
interface Happening {
  readonly member_id: number;
  readonly cause: string;
  readonly at: Date;
  /** What it says, where a message may tell of it. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

async function enterByRecords(
  tx: Tx,
  version: LiveVersion,
  records: readonly IdentifiedRecord[],
  members: ReadonlyMap<string, number>,
  now: Date,
): Promise<void> {
  const { entry } = version.definition;
  const [first] = records;
  if (entry.kind !== "event" || first === undefined || entry.event !== first.kind) return;
  const told = planOf(version.version_id, version.definition).told.event.size > 0;
  const bodies = told ? await bodiesOf(tx, first.kind, records) : new Map<string, undefined>();
  const happenings = records.flatMap(({ record_id, occurred_at }) => {
    const member_id = members.get(record_id);
    return member_id === undefined
      ? []
      : [{ member_id, cause: record_id, at: occurred_at, body: bodies.get(record_id) }];
  });
  await enterByHappenings(tx, version, first.kind, happenings, now);
}

/** What records say, under the names that messages tell; of sales as trade has put them together. */
async function bodiesOf(
  tx: Tx,
  kind: string,
  records: readonly IdentifiedRecord[],
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  if (kind !== "order" && kind !== "return")
    return new Map(
      records.map(({ record_id, body, occurred_at }) => [
        record_id,
        { ...body, occurred_at: occurred_at.toISOString() },
      ]),
    );
  const numberOf = ({ body }: IdentifiedRecord) => String(body[kind === "order" ? "order_no" : "return_no"] ?? "");
  const sales = await toldSales(
    tx,
    kind,
    records.flatMap(({ party_id }) => party_id ?? []),
    records.map(numberOf),
  );
  const found = new Map(sales.map((one) => [`${one.party_id} ${one.subject ?? ""}`, bodyOf(kind, one)]));
  return new Map(
    records.flatMap((record) => {
      const body = found.get(`${record.party_id ?? 0} ${numberOf(record)}`);
      return body === undefined ? [] : [[record.record_id, body] as const];
    }),
  );
}

async function enterByHappenings(
  tx: Tx,
  version: LiveVersion,
  kind: string | undefined,
  happenings: readonly Happening[],
  now: Date,
): Promise<void> {
  const { entry } = version.definition;
  if (entry.kind !== "event" || entry.event !== kind) return;
  const since = now.getTime() - (entry.fresh_hours ?? FRESH_HOURS) * HOUR_MS;
  const { event } = planOf(version.version_id, version.definition).told;
  const entrants = happenings
    .filter(({ at }) => at.getTime() >= since)
    .map(({ member_id, cause, body }) => {
      const given = body === undefined ? undefined : givenOf(kind, event, body);
      return entrantOf(version.definition, member_id, cause, entry.each === "record" ? cause : undefined, given);
    });
  await enterMembers(tx, version, entrants, now);
}

/** Something of one kind happened to members: it ends waits, reaches goals, lets in. */
export async function tellHappenings(
  tx: Tx,
  ground: Ground,
  kind: string,
  happenings: readonly Happening[],
): Promise<void> {
  if (happenings.length === 0) return;
  const [entering, moving] = [await enteredVersions(tx), await movingVersions(tx)];
  if (!heardKinds(entering, moving).has(kind)) return;
  const now = ground.clock.now();
  await tellWaits(tx, moving, kind, [...new Set(happenings.map(({ member_id }) => member_id))], now);
  for (const version of entering) await enterByHappenings(tx, version, kind, happenings, now);
}

/** The next portion of the members who were in an entry's segment when its version was published. @returns whether more may wait */
export async function enterPresent(ground: Ground): Promise<boolean> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const place = await tx.one<{ version_id: number; after_member_id: number }>(
      "select version_id, after_member_id from journeys.entering order by version_id limit 1 for update skip locked",
    );
    if (place === undefined) return false;
    const version = (await enteredVersions(tx)).find((one) => one.version_id === place.version_id);
    const { entry } = version?.definition ?? { entry: undefined };
    const rows =
      entry?.kind !== "segment"
        ? []
        : await tx.query<{ member_id: number }>(
            `select member_id from catalogue.segment_members where segment_id = $1 and member_id > $2
             order by member_id limit $3`,
            [entry.segment_id, place.after_member_id, ENTRANTS_MAX],
          );
    const last = rows.at(-1);
    if (version === undefined || last === undefined) {
      await tx.execute("delete from journeys.entering where version_id = $1", [place.version_id]);
      return true;
    }
    const entrants = rows.map(({ member_id }) =>
      entrantOf(version.definition, member_id, `version ${place.version_id}`, undefined),
    );
    await enterMembers(tx, version, entrants, ground.clock.now());
    await tx.execute("update journeys.entering set after_member_id = $2 where version_id = $1", [
      place.version_id,
      last.member_id,
    ]);
    return true;
  });
}
