import type { Basket } from "../../src/benefits/coupons/basket.ts";
import { printedCode, codeAt } from "../../src/benefits/coupons/code.ts";
import { codeKey } from "../../src/benefits/coupons/code-key.ts";
import { makeBatch, type MakingBatch, publishCoupon, saveCoupon } from "../../src/benefits/coupons/coupons.ts";
import { type CouponDefinition, defineCoupon } from "../../src/benefits/coupons/definition.ts";
import { type Audience, beginIssuance, continueIssuance, type Issuing } from "../../src/benefits/coupons/issue.ts";
import { redeem, type Redeemed, type Redeeming } from "../../src/benefits/coupons/redeem.ts";
import type { Asked } from "../../src/benefits/coupons/wallet.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { basketOf, type Basketful } from "./basket-examples.ts";
import type { TestWorld } from "./database.ts";

/** Nobody in particular. */
export const NOBODY = { person_id: null, client_id: null } as const;
const FIRST_DAY = "2026-01-01";

/** Coupons, batches and tills of a test's world. */
export class CouponShop {
  readonly world: TestWorld;
  #keys = 0;

  constructor(world: TestWorld) {
    this.world = world;
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.world.ground.store.write(SYSTEM_SCOPE, (tx) => tx.query<Row>(text, values));
  }

  /** A key that no request had. */
  key(): string {
    this.#keys += 1;
    return `key ${this.#keys}`;
  }

  async member(number: number, owner = number): Promise<void> {
    await this.query(
      `insert into members.party (party_id, anchor_kind, anchor_token, member_id, made_at)
       values ($1::bigint, 'card_no', 'T' || $1::bigint, $2, now())`,
      [number, owner],
    );
    if (number !== owner) return;
    await this.query(
      `insert into members.profile (member_id, joined_at, phone_verified, wechat_bound, wecom_friend, has_phone, has_email, has_openid,
         is_staff, is_test, is_wholesale, is_reseller, profile_filled, sources, changed_at)
       values ($1, now(), false, false, false, false, false, false, false, false, false, false, 0, 1, now())`,
      [number],
    );
  }

  /** Publishes a coupon and makes a batch of it. @returns the batch */
  async batch(definition: CouponDefinition, more: Partial<MakingBatch> = {}): Promise<number> {
    const { ground } = this.world;
    const now = ground.clock.now();
    const made: MakingBatch = {
      name: definition.zh,
      number: 1_000,
      budget_minor: null,
      member_max: null,
      member_period: null,
      member_period_max: null,
      period: null,
      period_max: null,
      first_day: FIRST_DAY,
      last_day: null,
      days: null,
      code: null,
      ...more,
    };
    return ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await saveCoupon(tx, definition, { origin: "console", person_id: null, now });
      await publishCoupon(tx, ground, definition.key, { person_id: null, now, first_day: FIRST_DAY, last_day: null });
      return makeBatch(tx, ground, definition.key, made, { person_id: null, now });
    });
  }

  /** Issues to the end, as a job would. @returns the issuance */
  async issue(batch_id: number, audience: Audience, more: Partial<Issuing> = {}): Promise<number> {
    const { ground } = this.world;
    const issuing: Issuing = { batch_id, audience, again: false, stores: null, reason: "test", key: null, ...more };
    const begun = await ground.store.write(SYSTEM_SCOPE, (tx) =>
      beginIssuance(tx, ground, issuing, { person_id: null, now: ground.clock.now() }),
    );
    for (let row: typeof begun | undefined = begun; row?.state === "running"; )
      row = await continueIssuance(ground, begun.issuance_id, issuing);
    return begun.issuance_id;
  }

  /** Codes as they are printed. */
  async codes(batch_id: number, number: number): Promise<string[]> {
    await this.issue(batch_id, { kind: "codes", number });
    const key = await codeKey(this.world.ground);
    const rows = await this.query<{ ordinal: number }>(
      "select ordinal from benefits.issued where batch_id = $1 and state = 'issued' and owner is null order by ordinal desc limit $2",
      [batch_id, number],
    );
    return rows.map(({ ordinal }) => printedCode(codeAt(key, batch_id, ordinal)));
  }

  async coupon(batch_id: number, member_id: number): Promise<number> {
    await this.issue(batch_id, { kind: "members", member_ids: [member_id] }, { again: true });
    const [row] = await this.query<{ issued_id: number }>(
      "select max(issued_id) as issued_id from benefits.issued where batch_id = $1 and owner = $2",
      [batch_id, member_id],
    );
    return row?.issued_id ?? 0;
  }

  redeem(coupons: readonly Asked[], more: Partial<Redeeming> & { readonly key?: string } = {}): Promise<Redeemed> {
    const { key = this.key(), ...rest } = more;
    const request: Redeeming = {
      basket: basketOf([10_000]),
      coupons,
      member_id: null,
      order_reference: `order of ${key}`,
      hold_minutes: null,
      expected_discount_minor: null,
      ...rest,
    };
    return redeem(this.world.ground, key, request, NOBODY);
  }

  async figures(batch_id: number) {
    const [row] = await this.query<Record<string, number>>(
      "select made, held, redeemed, expired, voided, spent_minor from benefits.batch where batch_id = $1",
      [batch_id],
    );
    return row;
  }

  /** Rows whose sums contradict each other: none, whatever happened. */
  async contradictions(): Promise<unknown[]> {
    return this.query(`
      select b.batch_id from benefits.batch b
      left join lateral (select count(*) filter (where state = 'held') as held, count(*) filter (where state = 'redeemed') as redeemed
        from benefits.issued i where i.batch_id = b.batch_id) i on true
      left join lateral (select coalesce(sum(discount_minor - returned_minor), 0) as spent from benefits.redemption_coupon c
        where c.batch_id = b.batch_id) c on true
      where b.held <> i.held or b.redeemed <> i.redeemed or b.spent_minor <> c.spent
      union all
      select c.redemption_id from benefits.redemption_coupon c
      where c.discount_minor <> (select sum(discount_minor) from benefits.redemption_part p
        where p.redemption_id = c.redemption_id and p.issued_id = c.issued_id)
      union all
      select l.redemption_id from benefits.redemption_line l
      where l.discount_minor <> coalesce((select sum(discount_minor) from benefits.redemption_part p
        where p.redemption_id = l.redemption_id and p.line_no = l.line_no), 0)`);
  }
}

export const yuanOff = (amount_minor: number, more: object = {}): CouponDefinition =>
  defineCoupon({
    key: `off_${amount_minor}`,
    zh: `减 ${amount_minor} 分`,
    en: `${amount_minor} off`,
    benefit: { kind: "amount", amount_minor },
    ...more,
  });

export const storeBasket = (lines: Basketful, more: Partial<Basket> = {}): Basket => ({ ...basketOf(lines), ...more });
