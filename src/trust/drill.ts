import type { Ground } from "../ground.ts";
import { businessDay, startOfDay } from "../platform/index.ts";
import { type Indicator, type Reading, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { addNote, changeIncident, type IncidentRow } from "./incident-store.ts";
import { indicatorsOf, type Limits, limitsOf, movedLimits } from "./indicators.ts";
import { levelOf } from "./judge.ts";
import { openIncident } from "./watch.ts";

/** At ten in the morning, when somebody is there to see it. */
export const DRILL_HOUR = 10;
/** A drill that did not come through is tried again after so long. */
const AGAIN_MS = 3_600_000;
const HOUR_MS = 3_600_000;

export interface ProofRow {
  readonly indicator: string;
  readonly day: string;
  readonly incident_id: number | null;
  readonly injected_at: Date;
  readonly raised_at: Date | null;
  readonly channels: number;
  readonly delivered_at: Date | null;
  readonly failure: string | null;
}

export function proofsOf(tx: Tx, from_day: string): Promise<ProofRow[]> {
  return tx.query(
    `select indicator, day::text, incident_id, injected_at, raised_at, channels, delivered_at, failure from trust.proof
     where day >= $1 order by day, indicator`,
    [from_day],
  );
}

/** Whether a proof is whole: the case raised its alarm, and one channel at least was told where there are any. */
export function isProved(proof: Pick<ProofRow, "raised_at" | "channels" | "delivered_at"> | undefined): boolean {
  return proof?.raised_at != null && (proof.channels === 0 || proof.delivered_at !== null);
}

/**
 * Once a day each indicator is given a synthetic case, which goes the way a real one goes: read, judged, told. The case
 * exists in a transaction that is rolled back, so that nobody else ever sees it, and nothing has to be taken away.
 * @returns how many were run now
 */
export async function drillDue(ground: Ground): Promise<number> {
  const now = ground.wall.now();
  const { timezone } = ground.config;
  const day = businessDay(now, timezone);
  const { proofs, first, moved } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    proofs: new Map((await proofsOf(tx, day)).map((proof) => [proof.indicator, proof])),
    first: (await tx.one("select 1 from trust.proof limit 1")) === undefined,
    moved: await movedLimits(tx),
  }));
  // the first of all comes at once: an installation should not wait a day to know that its alarms work
  if (!first && now.getTime() < startOfDay(day, timezone).getTime() + DRILL_HOUR * HOUR_MS) return 0;
  let run = 0;
  for (const indicator of indicatorsOf(ground)) {
    const limits = limitsOf(indicator, moved);
    const proof = proofs.get(indicator.name);
    const again = proof?.raised_at === null && now.getTime() - proof.injected_at.getTime() >= AGAIN_MS;
    if (!limits.enabled || (proof !== undefined && !again)) continue;
    await drill(ground, indicator, limits, day);
    run += 1;
  }
  return run;
}

class RolledBack extends Error {
  readonly readings: readonly Reading[];
  readonly part: string;
  constructor(readings: readonly Reading[], part: string) {
    super("rolled back");
    this.readings = readings;
    this.part = part;
  }
}

/** What the indicator says of a synthetic case. @returns undefined when the case is not among its readings */
export async function syntheticReading(
  ground: Ground,
  indicator: Indicator,
  limit: number,
): Promise<Reading | undefined> {
  const at = ground.wall.now();
  const lead_ms = ground.clock.now().getTime() - at.getTime();
  const look = (tx: Tx, then: Date) => ({ tx, ground, at: then, world_at: new Date(then.getTime() + lead_ms) });
  try {
    return await ground.store.write(SYSTEM_SCOPE, async (tx): Promise<Reading | undefined> => {
      const injected = await indicator.inject(look(tx, at), limit);
      throw new RolledBack(await indicator.read(look(tx, injected.at ?? at)), injected.part);
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
    return error.readings.find(({ part }) => part === error.part);
  }
}

async function drill(ground: Ground, indicator: Indicator, limits: Limits, day: string): Promise<void> {
  const now = ground.wall.now();
  let reading: Reading | undefined;
  let failure: string | null = null;
  try {
    reading = await syntheticReading(ground, indicator, limits.alarm);
    const level = reading === undefined ? undefined : levelOf(reading.value, limits, indicator.direction);
    if (level !== "alarm")
      failure = `the case was read as ${reading?.value ?? "nothing"}, the limit is ${limits.alarm}`;
  } catch (error) {
    failure = error instanceof Error ? error.message.slice(0, 200) : String(error);
  }
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const opened =
      failure === null && reading !== undefined
        ? await openIncident(tx, ground, { indicator, reading, level: "alarm", synthetic: true, at: now })
        : undefined;
    await tx.query(
      `insert into trust.proof (indicator, day, incident_id, injected_at, raised_at, channels, failure) values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (indicator, day) do update set incident_id = excluded.incident_id, injected_at = excluded.injected_at,
         raised_at = excluded.raised_at, channels = excluded.channels, failure = excluded.failure`,
      [
        indicator.name,
        day,
        opened?.incident.incident_id ?? null,
        now,
        opened === undefined ? null : now,
        opened?.channels ?? 0,
        failure,
      ],
    );
  });
  if (failure !== null)
    ground.log.error({ indicator: indicator.name, failure }, "the alarm of an indicator did not work");
}

/** Closes drills whose alerts have come to their end. */
export async function closeDrills(ground: Ground): Promise<void> {
  const now = ground.wall.now();
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const done = await tx.query<Pick<IncidentRow, "incident_id">>(
      `select incident_id from trust.incident i where synthetic and state <> 'closed'
         and not exists (select 1 from trust.delivery d where d.incident_id = i.incident_id and d.state in ('waiting', 'sending'))`,
    );
    for (const { incident_id } of done) {
      await changeIncident(tx, incident_id, { state: "closed", closed_at: now, close_reason: "drill" });
      await addNote(tx, incident_id, { at: now, what: "closed", text: "drill" });
    }
  });
}
