import { type Identified, type System } from "./accounts.ts";
import { DAY_MS, dayOf, startOfDay } from "./calendar.ts";
import { exponential, poisson } from "./distributions.ts";
import { interestOf } from "./persons.ts";
import { timeOfDay } from "./purchases.ts";
import { CATEGORIES, CATEGORY_WEIGHTS, KEYWORDS, type Product, PRODUCTS_BY_CATEGORY, TOPICS } from "./products.ts";
import { Random } from "./random.ts";
import type { Sheet } from "./sheet.ts";
import type { WorldState } from "./state.ts";
import { accountOf, appIdentities, cookieIdentity } from "./tills.ts";
import type { ClearIdentity } from "../../src/ingest/record.ts";

const VISIT_STREAM = 6;

/** What one person does in the mini program and the mall in the days [from, to) of a slice. */
export function visit(state: WorldState, sheet: Sheet, index: number, from: number, to: number): void {
  const { world } = state;
  const rate = state.sessions[index] ?? 0;
  const first = Math.max(from, dayOf(state.joined[index] ?? 0) + 1);
  const churned = state.churned[index] ?? 0;
  const last = Math.min(to, Number.isFinite(churned) ? dayOf(churned) : to);
  if (first >= last) return;
  const random = new Random(world.seed, VISIT_STREAM, index, sheet.slice);
  const count = poisson(random, rate * (last - first));
  if (count === 0) return;
  const who = state.identified(index);
  const sessions = Array.from({ length: count }, () => {
    const day = random.between(first, last - 1);
    return startOfDay(day) + timeOfDay(random, random.chance(0.6) ? "evening" : who.person.daypart);
  });
  for (const at of sessions.sort((a, b) => a - b)) session(state, sheet, who, at, random);
}

function session(state: WorldState, sheet: Sheet, who: Identified, at: number, random: Random): void {
  const mini = accountOf(who, "mini_program", at) !== undefined;
  const mall = accountOf(who, "mall", at) !== undefined;
  if (!mini && !mall) return;
  const system: System = mini && (!mall || random.chance(0.6)) ? "mini_program" : "mall";
  const visit = new Visit(state, sheet, who, system, at, random);
  if (system === "mall" && random.chance(0.2)) return visit.anonymous();
  visit.act();
}

/** One session: each act a little after the one before. */
class Visit {
  private readonly state: WorldState;
  private readonly sheet: Sheet;
  private readonly who: Identified;
  private readonly system: System;
  private readonly random: Random;
  private readonly identities: readonly ClearIdentity[];
  private at: number;

  constructor(state: WorldState, sheet: Sheet, who: Identified, system: System, at: number, random: Random) {
    this.state = state;
    this.sheet = sheet;
    this.who = who;
    this.system = system;
    this.at = at;
    this.random = random;
    this.identities = appIdentities(who, system, at);
  }

  private say(kind: string, body: Record<string, unknown>, identities = this.identities, person?: number): void {
    this.at += this.random.between(4, 90) * 1_000;
    const full = { ...body, channel: this.system };
    this.sheet.add(
      this.system as "mall" | "mini_program",
      this.at,
      person ?? this.who.person.index,
      kind,
      identities,
      full,
    );
  }

  private product(): Product {
    const { random, who } = this;
    const liked = random.chance(who.person.devotion);
    const category = liked ? who.person.favourite : (CATEGORIES[random.weighted(CATEGORY_WEIGHTS)] ?? "红茶");
    const products = PRODUCTS_BY_CATEGORY.get(category) ?? [];
    const day = dayOf(this.at) - this.state.world.day_from;
    return random.pick(products.filter((product) => (product.launched_in ?? 0) <= day));
  }

  /** Somebody who does not log in: only the browser is known. */
  anonymous(): void {
    const cookie = this.who.cookies[this.random.integer(this.who.cookies.length)];
    if (cookie === undefined) return;
    const product = this.product();
    const body = {
      sku: product.sku,
      category: product.category,
      page: "product",
      duration_seconds: this.random.between(5, 120),
    };
    this.say("browse", body, [cookieIdentity(cookie)]);
  }

  act(): void {
    const { random, who } = this;
    const social = who.person.sociability;
    const cookie = who.cookies[0];
    const withCookie = this.system === "mall" && cookie !== undefined && random.chance(0.5);
    const platform = this.system === "mall" ? random.pick(["web", "ios", "android"]) : "wechat";
    this.say("login", { platform }, withCookie ? [...this.identities, cookieIdentity(cookie)] : this.identities);
    for (let n = poisson(random, 0.8); n > 0; n--) this.browse();
    if (random.chance(0.22)) this.search();
    if (random.chance(0.16)) this.cart();
    if (random.chance(0.25)) this.read();
    if (this.system === "mini_program" && random.chance(0.14)) this.checkIn();
    if (random.chance(0.04 + 0.5 * social)) this.share();
    if (random.chance(0.03 + 0.4 * social))
      this.say("like", { target_id: `post-${random.integer(400)}`, direction: "given" });
  }

  private browse(): void {
    const product = this.product();
    const duration_seconds = this.random.between(3, 180);
    this.say("browse", { sku: product.sku, category: product.category, page: "product", duration_seconds });
  }

  private search(): void {
    const own = KEYWORDS.filter(([, category]) => category === this.who.person.favourite);
    const [keyword, category] = this.random.pick(own.length > 0 && this.random.chance(0.6) ? own : KEYWORDS);
    this.say("search", { keyword, category, result_count: this.random.between(0, 24) });
  }

  private cart(): void {
    const product = this.product();
    const body = { sku: product.sku, category: product.category, quantity: "1" };
    this.say("cart", { ...body, action: "add" });
    if (this.random.chance(0.15)) this.say("cart", { ...body, action: "remove" });
  }

  private read(): void {
    const { index } = this.who.person;
    const topic = interestOf(this.random.chance(0.7) ? index : index + this.random.integer(TOPICS.length));
    this.say("content_read", {
      content_id: `article-${this.random.integer(60)}`,
      topic,
      duration_seconds: this.random.between(10, 400),
    });
  }

  private checkIn(): void {
    this.say("custom", { name: "check_in", properties: { streak: this.random.between(1, 21) } });
  }

  private share(): void {
    const product = this.product();
    const share_id = `SH-${this.sheet.slice}-${this.who.person.index.toString(36)}-${this.random.integer(1_000_000)}`;
    this.say("share", { share_id, sku: product.sku, target: this.random.pick(["friend", "moments", "group"]) });
    for (let n = poisson(this.random, 0.5 + 4 * this.who.person.sociability); n > 0; n--)
      this.visitor(share_id, product);
  }

  /** Somebody opens the shared card: the share service reports it to the credit of the one who shared. */
  private visitor(share_id: string, product: Product): void {
    const at = this.at + Math.floor(exponential(this.random, 0.5) * DAY_MS);
    const body = { share_id, sku: product.sku, channel: "mini_program" };
    this.sheet.add("mini_program", at, this.who.person.index, "share_visit", this.identities, body);
  }
}
