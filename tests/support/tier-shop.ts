import { businessDay, startOfDay } from "../../src/platform/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import type { TestWorld } from "./database.ts";

const TIMEZONE = "Asia/Shanghai";

/** Members, sales and identities written straight into their tables, so that thousands of steps stay quick. */
export class TierShop {
  readonly #world: TestWorld;
  #orders = 0;

  constructor(world: TestWorld) {
    this.#world = world;
  }

  today(): string {
    return businessDay(this.#world.clock.now(), TIMEZONE);
  }

  /** Noon of a day in Shanghai. */
  setDay(day: string): void {
    this.#world.clock.set(new Date(startOfDay(day, TIMEZONE).getTime() + 43_200_000));
  }

  /** Sessions outlive the jumps of the clock. */
  async staySignedIn(): Promise<void> {
    await this.query("update access.session set created_at = $1, last_seen_at = $1", [this.#world.clock.now()]);
    await this.query("update access.person set password_changed_at = $1", [this.#world.clock.now()]);
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#world.ground.store.write(SYSTEM_SCOPE, (tx) => tx.query<Row>(text, values));
  }

  /** Forgets members, sales and standings; ladders stay. */
  async clear(): Promise<void> {
    await this.query(
      `delete from members.profile; delete from members.party; delete from trade.sales_order; delete from trade.sales_return;
       delete from tiers.standing; delete from tiers.kept; delete from tiers.history; delete from tiers.grant; delete from tiers.dirty;
       delete from tiers.activation; delete from tiers.state; delete from tiers.step; delete from store.outbox; delete from tags.dirty`,
    );
  }

  async member(number: number, join_day: string): Promise<void> {
    await this.query(
      `insert into members.party (party_id, anchor_kind, anchor_token, member_id, made_at) values ($1::bigint, 'card_no', 'T' || $1::bigint, $1::bigint, now())`,
      [number],
    );
    await this.#profile(number, join_day);
  }

  async #profile(number: number, join_day: string): Promise<void> {
    await this.query(
      `insert into members.profile (member_id, joined_at, phone_verified, wechat_bound, wecom_friend, has_phone, has_email, has_openid,
         is_staff, is_test, is_wholesale, is_reseller, profile_filled, sources, changed_at)
       values ($1, $2, false, false, false, false, false, false, false, false, false, false, 0, 1, now())`,
      [number, startOfDay(join_day, TIMEZONE)],
    );
  }

  /** @returns the order's id. */
  async order(number: number, day: string, net_minor: number, currency = "CNY"): Promise<number> {
    this.#orders += 1;
    const [row] = await this.query<{ order_id: number }>(
      `insert into trade.sales_order (order_no, source_id, party_id, placed_at, business_day, hour, status, currency, gross_minor, discount_minor,
         coupon_minor, freight_minor, order_discount_minor, points_paid_minor, gift_card_minor, line_net_minor, items, line_count, payments)
       values ($1, 1, $2, $3, $4, 12, 'paid', $5, $6, 0, 0, 0, 0, 0, 0, $6, 1, 1, '[]') returning order_id`,
      [`T${this.#orders}`, number, startOfDay(day, TIMEZONE), day, currency, net_minor],
    );
    return row?.order_id ?? 0;
  }

  async refund(order_id: number, refund_minor: number): Promise<void> {
    await this.query("update trade.sales_order set refund_minor = $2 where order_id = $1", [order_id, refund_minor]);
  }

  /** A return whose order nobody knows: it counts on its own day. */
  async strayReturn(number: number, day: string, refund_minor: number): Promise<void> {
    this.#orders += 1;
    await this.query(
      `insert into trade.sales_return (return_no, source_id, party_id, stated_party_id, returned_at, business_day, attributed_day, currency,
         whole_order, refund_minor, items) values ($1, 1, $2, $2, $3, $4, $4, 'CNY', false, $5, 1)`,
      [`T${this.#orders}`, number, startOfDay(day, TIMEZONE), day, refund_minor],
    );
  }

  /** Says which member each number belongs to now, as joins and splits would leave it. */
  async identities(owners: ReadonlyMap<number, number>, joinDays: ReadonlyMap<number, string>): Promise<void> {
    for (const [number, owner] of owners) {
      await this.query("update members.party set member_id = $2 where party_id = $1", [number, owner]);
    }
    const members = new Set(owners.values());
    await this.query("delete from members.profile where not (member_id = any($1))", [[...members]]);
    const present = new Set(
      (await this.query<{ member_id: number }>("select member_id from members.profile")).map((r) => r.member_id),
    );
    for (const member of members)
      if (!present.has(member)) await this.#profile(member, joinDays.get(member) ?? "2020-01-01");
  }
}
