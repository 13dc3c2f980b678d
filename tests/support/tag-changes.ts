import type { Random } from "../../examples/tea-house/random.ts";
import type { ClearIdentity, ClearRecord } from "../../src/ingest/index.ts";

const DAY_MS = 86_400_000;
/** From half a join for each person on, chance makes one member of most of them, which no brand has. */
const JOINS_PER_PERSON_MAX = 0.3;

/** Records about so many persons, made at random: all that tags read, late, repeated, and joins of two identities. */
export class TagChanges {
  readonly #random: Random;
  readonly #persons: number;
  readonly #joins: number;
  readonly #orders: { readonly order_no: string; readonly person: number; readonly net_minor: number }[] = [];
  #last: ClearRecord | undefined;
  #made = 0;

  /** @param changes how many will be made: joins are so rare that most persons stay apart, whatever the number of records */
  constructor(random: Random, persons: number, changes: number) {
    this.#random = random;
    this.#persons = persons;
    this.#joins = Math.min(0.2, (JOINS_PER_PERSON_MAX * persons) / (changes / 16));
  }

  /** @param now until when things happened; some are told of weeks later */
  next(now: Date): ClearRecord {
    const random = this.#random;
    // sent twice: the same key again
    if (this.#last !== undefined && random.chance(0.03)) return this.#last;
    this.#made += 1;
    const late_ms = random.chance(0.15) ? random.uniform() * 40 * DAY_MS : random.uniform() * 3_600_000;
    const occurred_at = new Date(now.getTime() - late_ms).toISOString();
    const person = Math.floor(random.uniform() * this.#persons);
    const { kind, identities, body } = this.#happening(person, `c${this.#made}`);
    this.#last = { kind, key: `change-${this.#made}`, occurred_at, identities, body };
    return this.#last;
  }

  #happening(person: number, id: string): Pick<ClearRecord, "kind" | "identities" | "body"> {
    const random = this.#random;
    const identities = identitiesOf(person, random.chance(0.3));
    const other = Math.floor(random.uniform() * this.#persons);
    switch (random.between(0, 15)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return { kind: "order", identities, body: this.#order(person, id) };
      case 4:
        return this.#refund(id) ?? { kind: "order", identities, body: this.#order(person, id) };
      case 5:
        return { kind: "review", identities, body: { sku: "T-1", rating: random.between(1, 5) } };
      case 6:
        return { kind: "content_read", identities, body: { content_id: "a", topic: random.pick(["冲泡", "产地"]) } };
      case 7:
        return { kind: "points_movement", identities, body: { points: random.between(-50, 90), reason: "earn" } };
      case 8:
        return { kind: "share", identities, body: { target: "friend" } };
      case 9:
        return { kind: "like", identities, body: { direction: "received" } };
      case 10:
        return { kind: "login", identities, body: { platform: "mini_program" } };
      case 11:
        return { kind: "browse", identities, body: { page: "product" } };
      case 12:
        return {
          kind: "member",
          identities,
          body: { gender: random.pick(["female", "male"]), city: random.pick(["厦门", "杭州"]) },
        };
      case 13:
        return { kind: "consent", identities, body: consent(random) };
      case 14:
        return { kind: "referral", identities, body: referral(random, other) };
      // the app of one person opened with the card of another, rarely
      default:
        return random.chance(this.#joins)
          ? { kind: "login", identities: [...identities, ...identitiesOf(other, true)], body: {} }
          : { kind: "group_buy", identities, body: { group_id: "g", role: random.pick(["starter", "joiner"]) } };
    }
  }

  #order(person: number, order_no: string) {
    const net_minor = this.#random.between(500, 60_000);
    this.#orders.push({ order_no, person, net_minor });
    const lines = [
      {
        line_no: "1",
        sku: `T-${this.#random.between(1, 9)}`,
        quantity: "1",
        net_minor,
        discount_minor: this.#random.between(0, 300),
      },
    ];
    return { order_no, status: "paid", channel: this.#random.pick(["store", "mall"]), currency: "CNY", lines };
  }

  #refund(return_no: string): Pick<ClearRecord, "kind" | "identities" | "body"> | undefined {
    const sold = this.#orders[Math.floor(this.#random.uniform() * this.#orders.length)];
    if (sold === undefined) return undefined;
    const lines = [{ sku: "T-1", original_line_no: "1", quantity: "1", refund_minor: sold.net_minor }];
    const body = { return_no, original_order_no: sold.order_no, currency: "CNY", lines };
    return { kind: "return", identities: identitiesOf(sold.person, false), body };
  }
}

function identitiesOf(person: number, inApp: boolean): ClearIdentity[] {
  const serial = String(person).padStart(6, "0");
  return inApp
    ? [{ kind: "openid", value: `o-change-${serial}`, namespace: "wx" }]
    : [{ kind: "phone", value: `1390${serial}0` }];
}

const consent = (random: Random) => ({
  purpose: "marketing",
  medium: random.pick(["sms", "email"]),
  granted: random.chance(0.6),
  text_version: "v1",
  via: "app",
});

const referral = (random: Random, other: number) => ({
  role: random.pick(["inviter", "invitee"]),
  stage: random.pick(["joined", "first_order"]),
  counterpart: { phone: identitiesOf(other, false)[0]?.value },
});
