import { GROWTH } from "../../definitions/tiers/growth.ts";
import { type BenefitDefinition, defineBenefit } from "../../src/benefits/entitlements/benefit.ts";
import { publishBenefit, saveBenefit } from "../../src/benefits/entitlements/benefits.ts";
import { dueToday, settleBenefits } from "../../src/benefits/entitlements/turn.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { ensureLadders } from "../../src/tiers/activation.ts";
import { asSuperuser } from "./audit-chain.ts";
import type { TestWorld } from "./database.ts";
import { TierShop } from "./tier-shop.ts";

const RANKS: readonly string[] = GROWTH.tiers.map(({ key }) => key);

export interface Entitled {
  readonly entitlement_id: number;
  readonly benefit: string;
  readonly owner: number;
  readonly period: string;
  readonly due_day: string;
  readonly last_day: string | null;
  readonly state: string;
  readonly reason: string | null;
}

/** Members with tiers and birthdays, benefits in force, and days that turn. */
export class BenefitShop extends TierShop {
  readonly world: TestWorld;

  constructor(world: TestWorld) {
    super(world);
    this.world = world;
  }

  /** The growth ladder in force, its turn of today made. */
  async ladder(): Promise<void> {
    await ensureLadders(this.world.ground);
    await this.tiersTurned();
  }

  async tiersTurned(): Promise<void> {
    await this.query("update tiers.state set day = $1", [this.today()]);
  }

  /** A member comes to a tier today. */
  async tier(number: number, tier: string): Promise<void> {
    await this.query(
      `insert into tiers.standing (member_id, rank, since_day, earned_rank, qualifying, previous, closing, amount_until, evaluated_at)
       values ($1, $2, $3, $2, 0, 0, 0, '2099-12-31', now())
       on conflict (member_id) do update set rank = excluded.rank, earned_rank = excluded.earned_rank, since_day = excluded.since_day`,
      [number, RANKS.indexOf(tier), this.today()],
    );
    await this.query(
      `insert into tiers.history (member_id, ladder, version, from_tier, to_tier, direction, day, at, reason, evidence)
       values ($1, 'growth', 1, null, $2, 0, $3, now(), 'earned', '{}')`,
      [number, tier, this.today()],
    );
  }

  async born(number: number, birthday: `${string}-${string}` | null): Promise<void> {
    const [month, day] = birthday === null ? [null, null] : birthday.split("-").map(Number);
    await this.query("update members.profile set birth_month = $2, birth_day = $3 where member_id = $1", [
      number,
      month,
      day,
    ]);
  }

  async publish(definition: BenefitDefinition, last_day: string | null = null): Promise<void> {
    const { ground } = this.world;
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await saveBenefit(tx, definition, { origin: "console", person_id: null, now: ground.clock.now() });
      await publishBenefit(tx, ground, definition.key, { person_id: null, first_day: this.today(), last_day });
    });
  }

  /** Everything that a day brings, the days before it that nobody worked on too. */
  async work(day?: string): Promise<void> {
    if (day !== undefined) this.setDay(day);
    await this.tiersTurned();
    await settleBenefits(this.world.ground);
  }

  /** What the outbox brings when something about members changed. */
  async told(...member_ids: number[]): Promise<void> {
    await this.world.ground.store.write(SYSTEM_SCOPE, (tx) => dueToday(tx, this.world.ground, member_ids));
  }

  async entitled(benefit: string): Promise<Entitled[]> {
    return this.query(
      `select entitlement_id, benefit, owner, period, due_day, last_day, state, reason from benefits.entitlement
       where benefit = $1 order by entitlement_id`,
      [benefit],
    );
  }

  async forget(): Promise<void> {
    await this.clear();
    await this.query(
      "delete from benefits.entitlement; delete from benefits.turn; delete from benefits.lunar_birthday",
    );
    // what is published is never deleted: only a test does, so that days have no other benefits to turn
    await asSuperuser(this.world.composition.databases.admin_url, (client) =>
      client.query("delete from benefits.benefit_version"),
    );
  }
}

/** A gift for everyone, with what a test says differently. */
export const giftOf = (key: string, more: Partial<BenefitDefinition> = {}): BenefitDefinition =>
  defineBenefit({
    key,
    zh: key,
    en: key,
    sentence_zh: key,
    sentence_en: key,
    audience: { kind: "everyone" },
    rhythm: { kind: "monthly" },
    give: { kind: "gift" },
    ...more,
  });

export const tiersOf = (...tiers: string[]): BenefitDefinition["audience"] => ({
  kind: "tiers",
  of: [{ ladder: "growth", tiers }],
});
