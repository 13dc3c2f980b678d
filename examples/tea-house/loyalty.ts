import { PROGRAMMES } from "../../definitions/points/index.ts";
import type { Ground } from "../../src/ground.ts";
import { addDays, businessDay, Problem, startOfDay } from "../../src/platform/index.ts";
import {
  activateProgramme,
  ensureProgrammes,
  ledgerOf,
  markEarning,
  pausePoints,
  settleEarnings,
  turnDay,
} from "../../src/points/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../src/store/index.ts";
import { Random } from "./random.ts";
import { openRewards, orderRewards } from "./rewards.ts";

/** Whole months of points before today. */
const MONTHS = 12;
/** Of members who have enough, so many redeem in a month. */
const REDEEM_SHARE = 0.12;
/** The last months in which rewards of the catalogue are ordered too, so many each. */
const REWARD_MONTHS = 2;
const REWARD_ORDERS = 14;
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
  const goOn = pausePoints(ground);
  try {
    await seedMonths(ground, until, seed);
  } finally {
    goOn();
  }
}

async function seedMonths(ground: Ground, until: Date, seed: number): Promise<void> {
  const { timezone } = ground.config;
  const today = businessDay(until, timezone);
  const ends = monthEnds(today);
  const [first = today] = ends;
  const from_day = addDays(first, 1);
  const last = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await open(tx, { from_day, today, until });
    return tx.one<{ at: Date | null }>("select max(at) as at from points.batch");
  });
  let before = startOfDay(from_day, timezone);
  for (const day of ends.slice(1)) {
    const at = day === today ? until : new Date(startOfDay(addDays(day, 1), timezone).getTime() - 1);
    // the ledger's time goes on only: what a filling that was broken off has done is done
    if (last?.at == null || at > last.at) {
      const then: Ground = { ...ground, clock: { now: () => at } };
      await ground.store.write(SYSTEM_SCOPE, (tx) => markBetween(tx, before, at));
      await settleEarnings(then);
      await turnDay(then, day);
      if (day !== today) await redeemSome(then, day, seed);
      if (ends.indexOf(day) >= ends.length - REWARD_MONTHS) {
        await openRewards(then);
        await orderRewards(then, day, seed, REWARD_ORDERS);
      }
    }
    before = at;
  }
}

/** The programme that the tea house's ladder promises, in force from a day on. */
async function open(
  tx: Tx,
  { from_day, today, until }: { readonly from_day: string; readonly today: string; readonly until: Date },
): Promise<void> {
  await ensureProgrammes(tx, PROGRAMMES, until);
  if ((await tx.one("select 1 from points.activation limit 1")) !== undefined) return;
  const by = { person_id: null, now: until, today };
  await activateProgramme(tx, { programme: "growth", version: 1, from_day }, by);
}

/** Whoever bought or did something between two instants; for others nothing can have changed. */
async function markBetween(tx: Tx, after: Date, until: Date): Promise<void> {
  const party_ids = await tx.query<{ party_id: number }>(
    `select party_id from catalogue.orders where party_id is not null and placed_at > $1 and placed_at <= $2
     union select party_id from catalogue.events where kind in ('review', 'share') and occurred_at > $1 and occurred_at <= $2`,
    [new Date(after.getTime() - 1), until],
  );
  await markEarning(tx, { party_ids: party_ids.map(({ party_id }) => party_id) }, until);
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
