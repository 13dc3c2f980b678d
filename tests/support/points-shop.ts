import { addDays } from "../../src/platform/index.ts";
import { activateProgramme, type Programme, settleEarnings, turnDay } from "../../src/points/index.ts";
import { addProgrammeVersion } from "../../src/points/rules/programme-store.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import type { TestWorld } from "./database.ts";
import { TierShop } from "./tier-shop.ts";

/** Members and orders with lines, written straight into their tables; whoever buys is marked. */
export class PointsShop extends TierShop {
  readonly #ground: TestWorld["ground"];
  #members = 0;

  constructor(world: TestWorld) {
    super(world);
    this.#ground = world.ground;
  }

  /** Forgets what was earned and by which rules; the ledger stays, as it does. */
  override async clear(): Promise<void> {
    await super.clear();
    await this.query(
      `delete from points.activation; delete from points.terms; delete from points.earning; delete from points.cap_use;
       delete from points.dirty; delete from points.claim`,
    );
  }

  /** Lets a programme hold from a day on. */
  async put(definition: Programme, from_day: string): Promise<void> {
    const now = this.#ground.clock.now();
    const by = { person_id: null, now };
    await this.#ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const version = await addProgrammeVersion(tx, definition, { ...by, origin: "console" });
      await activateProgramme(tx, { programme: definition.key, version, from_day }, { ...by, today: this.today() });
    });
  }

  async newMember(): Promise<number> {
    this.#members += 1;
    await this.member(this.#members, "2025-01-01");
    return this.#members;
  }

  /** An order with one line, settled. @returns its id */
  async buy(number: number, net_minor: number, day = this.today()): Promise<number> {
    const order_id = await this.order(number, day, net_minor);
    await this.line(order_id, net_minor);
    await this.look(number);
    return order_id;
  }

  async line(order_id: number, net_minor: number): Promise<void> {
    await this.query(
      `insert into trade.order_line (order_id, line_key, sku, quantity, gross_minor, discount_minor, coupon_minor, tender_minor, net_minor)
       values ($1, '1', 'TEA', 1, $2, 0, 0, 0, $2)`,
      [order_id, net_minor],
    );
  }

  /** So much of an order's line has been returned in all. */
  async refundLine(number: number, order_id: number, minor: number): Promise<void> {
    await this.query("update trade.order_line set refund_minor = $2 where order_id = $1", [order_id, minor]);
    await this.refund(order_id, minor);
    await this.look(number);
  }

  async look(...party_ids: number[]): Promise<void> {
    await this.query("insert into points.dirty (party_id, since) select unnest($1::bigint[]), now()", [party_ids]);
    await settleEarnings(this.#ground);
  }

  /** Midnight of every day until then. */
  async goTo(day: string): Promise<void> {
    this.setDay(day);
    await turnDay(this.#ground, day);
  }

  async goOn(days: number): Promise<void> {
    await this.goTo(addDays(this.today(), days));
  }

  async has(number: number): Promise<{ pending: number; active: number; owed: number } | undefined> {
    const [row] = await this.query<{ pending: number; active: number; owed: number }>(
      `select coalesce(sum(pending), 0)::int as pending, coalesce(sum(active), 0)::int as active,
         coalesce((select owed from points.debt where owner = $1), 0)::int as owed from points.lot where owner = $1`,
      [number],
    );
    return row;
  }
}
