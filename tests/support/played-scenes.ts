import { PROGRAMMES } from "../../definitions/points/index.ts";
import { ensureSource, type Source } from "../../src/ingest/index.ts";
import { advance, enterScheduled, hearCredits, publishJourney } from "../../src/journeys/index.ts";
import { placeOf } from "../../src/journeys/plan.ts";
import { nextMoments } from "../../src/journeys/schedule/moments.ts";
import { makeScene } from "../../src/journeys/scenes/make-scene.ts";
import type { Scene } from "../../src/journeys/scenes/scene.ts";
import { addDays, businessDay, startOfDay } from "../../src/platform/index.ts";
import { activateProgramme, settleEarnings, turnDay } from "../../src/points/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { bookOf, settleTags } from "../../src/tags/index.ts";
import { settleTiers } from "../../src/tiers/index.ts";
import type { TestWorld } from "./database.ts";
import { id, rows, send } from "./member-records.ts";
import { deliverAll } from "./outbox.ts";

/** What a journey did in an example, as instants and names. */
export interface PlayedScene {
  readonly ways: readonly (readonly [at: string, node: string])[];
  readonly messages: readonly (readonly [at: string, template: string, told: object])[];
  readonly runs: readonly { readonly ended: string | null; readonly troubles: number }[];
}

const iso = (at: Date | string) => new Date(at).toISOString();

/** Plays the example of a scene in a database of its own: the whole platform works whenever something is due. */
export async function playScene(world: TestWorld, scene: Scene): Promise<PlayedScene> {
  const { ground, clock } = world;
  const { example } = scene;
  const records = example.records.map((one) => ({ ...one, instant: new Date(one.at) }));
  const published = new Date(example.published);
  const first = records[0]?.instant ?? published;
  clock.set(new Date(Math.min(first.getTime(), published.getTime()) - 3_600_000));
  for (const { ready } of world.domains) await ready?.(ground);
  await openProgramme(world);
  const source = await ensureSource(ground, { key: "mall", name: "Mall", kind: "rest" });
  for (const record of records.filter(({ instant }) => instant < published)) await happen(world, source, record);
  clock.set(published);
  await settle(world);
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const { journey } = await makeScene(tx, ground, scene, { person_id: null });
    await publishJourney(tx, ground, journey, { person_id: null });
  });
  const ahead = records.filter(({ instant }) => instant >= published);
  const until = new Date(example.until);
  for (;;) {
    const next = await nextInstant(world, scene, ahead[0]?.instant);
    if (next > until) break;
    clock.set(next);
    const record = ahead[0];
    if (record?.instant.getTime() === next.getTime()) {
      ahead.shift();
      await happen(world, source, record);
    } else await settle(world);
  }
  return found(world, scene);
}

async function openProgramme({ ground, clock }: TestWorld): Promise<void> {
  const now = clock.now();
  const today = businessDay(now, ground.config.timezone);
  const [programme] = PROGRAMMES;
  if (programme === undefined) throw new Error("no programme ships");
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    activateProgramme(tx, { programme: programme.key, version: 1, from_day: today }, { person_id: null, now, today }),
  );
}

async function happen(
  world: TestWorld,
  source: Source,
  { instant, kind, body, email }: Scene["example"]["records"][number] & { readonly instant: Date },
): Promise<void> {
  world.clock.set(instant);
  const identities = [id("mall_id", "an"), ...(email === undefined ? [] : [id("email", email)])];
  await send(world.ground, source, [{ kind, occurred_at: instant.toISOString(), identities, body: { ...body } }]);
  await settle(world);
}

/** Everything that works in the background, until nothing is left to do. */
async function settle(world: TestWorld): Promise<void> {
  const { ground, clock } = world;
  const today = businessDay(clock.now(), ground.config.timezone);
  for (let round = 0; round < 2; round += 1) {
    await deliverAll(world);
    await settleTiers(ground);
    await settleEarnings(ground);
    await turnDay(ground, today);
    await settleTags(ground, bookOf(ground));
  }
  await deliverAll(world);
  while ((await enterScheduled(ground)) || (await hearCredits(ground)) || (await advance(ground)) > 0) continue;
}

/** The next instant at which anything may be due: a record, a step, a moment, midnight. */
async function nextInstant({ ground, clock }: TestWorld, scene: Scene, record: Date | undefined): Promise<Date> {
  const { timezone } = ground.config;
  const now = clock.now();
  const [due] = await rows<{ at: Date | null }>(
    ground,
    "select min(due_at) as at from journeys.run where ended_at is null",
  );
  const { entry } = scene.journey;
  const ahead = [
    startOfDay(addDays(businessDay(now, timezone), 1), timezone),
    ...(record === undefined ? [] : [record]),
    ...(due?.at === null || due === undefined ? [] : [due.at]),
    ...(entry.kind === "schedule" ? nextMoments(entry, now, 1, timezone) : []),
  ];
  return ahead.reduce((least, one) => (one < least ? one : least));
}

async function found({ ground }: TestWorld, scene: Scene): Promise<PlayedScene> {
  const runs = await rows<{ trail: number[]; trail_at: number[]; ended: string | null; troubles: number }>(
    ground,
    `select r.trail, r.trail_at, r.ended, (select count(*)::int from journeys.trouble t where t.run_id = r.run_id) as troubles
     from journeys.run r order by r.run_id`,
  );
  const messages = await rows<{ requested_at: Date; template: string; variables: object }>(
    ground,
    "select requested_at, template, variables from channels.message where source = 'journeys' order by message_id",
  );
  const keys = Object.keys(scene.journey.nodes);
  const ways = runs.flatMap(({ trail, trail_at }) =>
    trail.map((edge, step) => [iso(new Date((trail_at[step] ?? 0) * 1000)), keys[placeOf(edge).place] ?? ""] as const),
  );
  return {
    ways,
    messages: messages.map(
      ({ requested_at, template, variables }) => [iso(requested_at), template, variables] as const,
    ),
    runs: runs.map(({ ended, troubles }) => ({ ended, troubles })),
  };
}

/** An example's instants, written as the player writes them. */
export const inUtc = (list: readonly (readonly [string, string])[]) =>
  list.map(([at, what]) => [iso(at), what] as const);

/** An example's messages, as the player writes them. */
export const toldInUtc = (list: Scene["example"]["messages"]) =>
  list.map(([at, template, told = {}]) => [iso(at), template, told] as const);
