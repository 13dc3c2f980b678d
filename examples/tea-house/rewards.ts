import { SHIPPED_BENEFITS } from "../../definitions/benefits/benefits.ts";
import {
  changeStock,
  confirmOrder,
  ensureBenefits,
  handOver,
  orderReward,
  publishReward,
  type RewardDefinition,
  saveReward,
  undoOrder,
} from "../../src/benefits/index.ts";
import type { Ground } from "../../src/ground.ts";
import { businessDay, Problem } from "../../src/platform/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { STORES } from "./places.ts";
import { Random } from "./random.ts";

const PLAIN = { cash_minor: 0, currency: "CNY", member_max: null, tiers: [], needs: null };

/** What the tea house gives for points, with the stock it began with. */
const REWARDS: readonly (RewardDefinition & { readonly stock: number })[] = [
  { ...PLAIN, key: "tea_scoop", zh: "竹茶则", en: "Bamboo tea scoop", points: 300, member_max: 2, stock: 200 },
  { ...PLAIN, key: "tea_towel", zh: "亚麻茶巾", en: "Linen tea towel", points: 150, member_max: 3, stock: 24 },
  { ...PLAIN, key: "small_tin", zh: "岩茶小罐 25 克", en: "Small tin of rock tea, 25 g", points: 600, stock: 120 },
  { ...PLAIN, key: "gaiwan", zh: "白瓷盖碗", en: "White porcelain gaiwan", points: 800, cash_minor: 1_990, stock: 40 },
  {
    ...PLAIN,
    key: "cellar_box",
    zh: "年度私藏茶礼",
    en: "Cellar box of the year",
    points: 2_000,
    tiers: ["diamond"],
    needs: "monthly_redemption",
    stock: 12,
  },
];
const DRAFT: RewardDefinition = {
  ...PLAIN,
  key: "tea_trip",
  zh: "武夷山寻茶两日",
  en: "Two days of tea in the Wuyi mountains",
  points: 20_000,
  cash_minor: 99_900,
  member_max: 1,
  tiers: ["platinum", "diamond"],
};

/** The catalogue as it began, once; another reward is still being written. */
export async function openRewards(ground: Ground): Promise<void> {
  const by = { person_id: null, now: ground.clock.now() };
  const first_day = businessDay(by.now, ground.config.timezone);
  const known = await ground.store.read(SYSTEM_SCOPE, (tx) => tx.one("select 1 from benefits.reward_draft limit 1"));
  if (known !== undefined) return;
  // one of them takes the redemption of a benefit
  await ground.store.write(SYSTEM_SCOPE, (tx) => ensureBenefits(tx, SHIPPED_BENEFITS, by.now));
  for (const { stock, ...definition } of REWARDS) {
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await saveReward(tx, definition, by);
      await publishReward(tx, ground, definition.key, { person_id: null, first_day, last_day: null });
    });
    const stocking = { reward: definition.key, units: stock, reason: "首批入库" };
    await changeStock(ground, `tea house stock ${definition.key}`, stocking, null);
  }
  await ground.store.write(SYSTEM_SCOPE, (tx) => saveReward(tx, DRAFT, by));
}

/** Sold out, or more than one member may have; what pays for a debt first may leave less than it seemed. */
const TOLD = new Set(["benefits.reward_gone", "benefits.reward_cap", "points.insufficient_balance"]);
const DEAREST_POINTS = 800;
const OPEN_TO_ALL = REWARDS.filter(({ tiers }) => tiers.length === 0);

/**
 * Some members order, and what they ordered is somewhere on its way: of the past mostly handed over, of today mostly waiting.
 * The key names day and member: once, however often this is started.
 */
export async function orderRewards(ground: Ground, day: string, seed: number, number: number): Promise<void> {
  const random = new Random(seed, Number(day.replaceAll("-", "")) + 7);
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ member_id: number }>(
      `select p.member_id from points.lot l join catalogue.parties p on p.party_id = l.owner
       where l.open and p.member_id is not null group by p.member_id having sum(l.active) >= $3
       order by md5(p.member_id || $1) limit $2`,
      [day, number, DEAREST_POINTS],
    ),
  );
  const today = businessDay(ground.clock.now(), ground.config.timezone) === day;
  for (const { member_id } of rows) {
    const reward = OPEN_TO_ALL[random.integer(OPEN_TO_ALL.length)];
    if (reward === undefined) continue;
    try {
      await orderOne(ground, `tea house reward ${day} ${member_id}`, reward, { member_id, random, fresh: today });
    } catch (error) {
      // told at the counter, and no order
      if (!(error instanceof Problem && TOLD.has(error.code))) throw error;
    }
  }
}

interface Buyer {
  readonly member_id: number;
  readonly random: Random;
  readonly fresh: boolean;
}

async function orderOne(
  ground: Ground,
  key: string,
  { key: reward, cash_minor }: RewardDefinition,
  { member_id, random, fresh }: Buyer,
): Promise<void> {
  const { order_id } = await orderReward(ground, key, { reward, member_id }, null);
  const payment_reference = cash_minor === 0 ? null : `POS-${key.slice(-12).replaceAll(" ", "-")}`;
  await confirmOrder(ground, `${key} paid`, { order_id, cash_minor, payment_reference });
  if (random.chance(fresh ? 0.1 : 0.06))
    return void (await undoOrder(ground, `${key} undone`, { order_id, reason: "会员改了主意", restock: true }, null));
  if (!random.chance(fresh ? 0.2 : 0.95)) return;
  const shipped = random.chance(0.3);
  const store_code = shipped ? null : (STORES[random.integer(STORES.length)]?.code ?? null);
  const shipment = shipped ? `SF${100_000_000 + random.integer(899_999_999)}` : null;
  await handOver(ground, `${key} handed`, { order_id, store_code, shipment });
}
