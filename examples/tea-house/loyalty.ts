import { PROGRAMMES } from "../../definitions/points/index.ts";
import type { Ground } from "../../src/ground.ts";
import { addDays, businessDay, Problem, startOfDay } from "../../src/platform/index.ts";
import {
  activateProgramme,
  ensureProgrammes,
  ledgerOf,
  markEverybody,
  settleEarnings,
  turnDay,
} from "../../src/points/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { Random } from "./random.ts";

/** Whole months of points before today. */
const MONTHS = 12;
/** Of members who have enough, so many redeem in a month. */
const REDEEM_SHARE = 0.12;
/** What a gift costs at least: 5 yuan. */
const GIFT_POINTS = 500;

/** The last days of the months before a day, oldest first, and the day itself. */
function monthEnds(today: string): string[] {
  const ends = [today];
  for (let day = today; ends.length <= MONTHS; ) {
    day = addDays(`${day.slice(0, 7)}-01`, -1);
    ends.unshift(day);
  }
  return ends;
}

/**
 * A year of the tea house's points, as if the programme had been in force: month by month orders earn, points become active
 * and expire, some members redeem. Each step stands in the ledger at its own time. Started again it goes on where it was.
 */
export async function seedLoyalty(ground: Ground, until: Date, seed: number): Promise<void> {
  const { timezone } = ground.config;
  const today = businessDay(until, timezone);
  const ends = monthEnds(today);
  const [first = today] = ends;
  const from_day = addDays(first, 1);
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const known = await tx.one("select 1 from points.activation limit 1");
    if (known !== undefined) return;
    const by = { person_id: null, now: until, today };
    // a fresh installation is filled before the domains offer what ships
    await ensureProgrammes(tx, PROGRAMMES, until);
    await activateProgramme(tx, { programme: "growth", version: 1, from_day }, by);
  });
  const last = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.one<{ at: Date | null }>("select max(at) as at from points.batch"),
  );
  for (const day of ends.slice(1)) {
    const at = day === today ? until : new Date(startOfDay(addDays(day, 1), timezone).getTime() - 1);
    // the ledger's time goes on only: what a filling that was broken off has done is done
    if (last?.at != null && at <= last.at) continue;
    const then: Ground = { ...ground, clock: { now: () => at } };
    await ground.store.write(SYSTEM_SCOPE, (tx) => markEverybody(tx, at));
    await settleEarnings(then);
    await turnDay(then, day);
    if (day !== today) await redeemSome(then, day, seed);
  }
}

/** Members with enough points, some of whom take a gift. The key names the month: once, however often this is started. */
async function redeemSome(ground: Ground, day: string, seed: number): Promise<void> {
  const random = new Random(seed, Number(day.replaceAll("-", "")));
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ owner: number; active: number }>(
      "select owner, sum(active)::bigint as active from points.lot where open group by owner having sum(active) >= $1 order by owner",
      [GIFT_POINTS],
    ),
  );
  const chosen = rows.filter(() => random.chance(REDEEM_SHARE));
  const ledger = ledgerOf(ground);
  await Promise.all(
    chosen.map(({ owner, active }) => {
      const points = Math.floor((active * (0.4 + 0.5 * random.uniform())) / 100) * 100;
      const reference = `redeem:gift-${day.slice(0, 7)}-${owner}`;
      const command = { type: "spend", wallet: [owner], points, reference } as const;
      return ledger.submit({ key: `demo ${reference}`, command }).catch(unlessDone);
    }),
  );
}

/** Of a filling that was broken off the gift is there already, counted from the balance before it. */
function unlessDone(error: unknown): void {
  if (!(error instanceof Problem && error.code === "points.key_reused")) throw error;
}
