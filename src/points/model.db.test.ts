import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CoinModel, Refused } from "../../tests/support/coin-model.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { addDays, Problem, startOfDay } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { slideWithin } from "./ledger/slide-store.ts";
import { type Command, ledgerOf, releaseOverdue, turnDay, verifyLedger } from "./index.ts";

const LONG = process.env["HUITOU_LONG"] === "1";
/** 1,000 when they are asked for: a quarter of an hour. */
const RUNS = process.env["HUITOU_SOAK"] === "1" ? 1_000 : LONG ? 60 : 25;
const VERIFY_EVERY = LONG ? 25 : 5;
const TIMEZONE = "Asia/Shanghai";
const PEOPLE = 4;
const HOURS_48_MS = 172_800_000;

const world = withDatabase();

type Step =
  | {
      readonly do: "earn";
      readonly who: number;
      readonly points: number;
      readonly wait: number;
      readonly life: number;
      readonly paid: number;
      readonly slides: number;
    }
  /** Bought something, so many days ago. */
  | { readonly do: "buy"; readonly who: number; readonly ago: number }
  | { readonly do: "grant"; readonly points: number; readonly life: number }
  | { readonly do: "spend"; readonly who: number; readonly points: number }
  | { readonly do: "hold"; readonly who: number; readonly points: number }
  | { readonly do: "post"; readonly which: number; readonly points: number }
  | { readonly do: "void"; readonly which: number }
  | { readonly do: "return"; readonly which: number; readonly points: number }
  | { readonly do: "claw"; readonly which: number; readonly points: number }
  | { readonly do: "transfer"; readonly who: number; readonly to: number; readonly points: number }
  | {
      readonly do: "settle";
      readonly who: number;
      readonly which: number;
      readonly points: number;
      readonly wait: number;
      readonly life: number;
      readonly paid: number;
      readonly slides: number;
    }
  | { readonly do: "again"; readonly which: number }
  | { readonly do: "join"; readonly who: number; readonly to: number }
  | { readonly do: "split"; readonly who: number }
  | { readonly do: "night"; readonly days: number };

const who = fc.integer({ min: 0, max: PEOPLE - 1 });
const points = fc.constantFrom(1, 1, 2, 3, 5, 8, 13, 40);
const which = fc.nat(30);
/** How last days move on: not, with buying, with buying and spending. */
const slides = fc.constantFrom(0, 0, 1, 1, 2, 2);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("earn" as const),
      who,
      points,
      wait: fc.constantFrom(0, 0, 0, 1, 7),
      life: fc.constantFrom(-1, 0, 1, 3, 10, 10, 60),
      paid: fc.constantFrom(0, 0, 0, 1),
      slides,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("grant" as const), points, life: fc.constantFrom(-1, 3, 10) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("buy" as const), who, ago: fc.constantFrom(0, 0, 1, 2, 5, 20) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("spend" as const), who, points }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("hold" as const), who, points }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("post" as const), which, points }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("void" as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("return" as const), which, points }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("claw" as const), which, points }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("transfer" as const), who, to: who, points }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      who,
      which: fc.nat(2),
      points: fc.constantFrom(0, 1, 3, 8, 20),
      wait: fc.constantFrom(0, 0, 1, 7),
      life: fc.constantFrom(-1, 0, 3, 10),
      paid: fc.constantFrom(0, 0, 1),
      slides,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("again" as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("join" as const), who, to: who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("split" as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("night" as const), days: fc.constantFrom(1, 1, 1, 4, 30) }) },
);

let day = "2026-01-01";
let runs = 0;

/** How long points live: their last day, and how that moves on. */
function lifeOf({ life, slides }: { readonly life: number; readonly slides: number }, active_from: string) {
  if (life < 0) return {};
  const last_day = addDays(active_from, life);
  if (slides === 0 || life === 0) return { last_day };
  return { last_day, slide: { days: life, spending: slides === 2, from: day } };
}

/** One world of a few members: the ledger and the box of coins side by side. */
class Pair {
  readonly model = new CoinModel();
  readonly #base = (runs += 1) * 100;
  readonly #wallets = new Map<number, number[]>();
  readonly #earned: string[] = [];
  readonly #spent: string[] = [];
  readonly #spenders = new Map<string, number>();
  readonly #holds: { ledger: number; model: number }[] = [];
  readonly #done: { key: string; command: Command; points: number }[] = [];
  #references = 0;

  constructor() {
    this.model.today = day;
    this.model.budgets.set(this.budget, 30);
  }

  get budget(): string {
    return `run ${this.#base}`;
  }

  get owners(): number[] {
    return Array.from({ length: PEOPLE }, (_, at) => this.#base + at);
  }

  wallet(who: number): number[] {
    return this.#wallets.get(who) ?? [this.#base + who];
  }

  /** Joins and splits change whose wallet a number belongs to, and nothing in the ledger. */
  async join(one: number, other: number): Promise<void> {
    const all = [...new Set([...this.wallet(one), ...this.wallet(other)])].sort((a, b) => a - b);
    for (const owner of all) this.#wallets.set(owner - this.#base, all);
    this.model.look(all);
    await this.#look(all);
  }

  /** An order that earns, as settling it writes it down, and the look at its member that follows. */
  async buy(who: number, ago: number): Promise<void> {
    const owner = this.#base + who;
    this.#references += 1;
    const on = addDays(day, -ago);
    await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query(
        "insert into points.earning (cause, rule, owner, day, points, refused, wanted) values ($1, 'r', $2, $3, 1, null, 1)",
        [`order:${this.#base}-${this.#references}`, owner, on],
      ),
    );
    this.model.buy(owner, on, this.wallet(who));
    await this.#look(this.wallet(who));
  }

  #look(wallet: readonly number[]): Promise<unknown> {
    const { ground } = world();
    return ground.store.write(SYSTEM_SCOPE, (tx) => slideWithin(tx, ground, [wallet]));
  }

  split(one: number): void {
    for (const owner of this.wallet(one)) this.#wallets.set(owner - this.#base, [owner]);
  }

  /** The command that a step means here, or none. */
  commandOf(step: Step): { ledger: Command; model: Command } | undefined {
    const both = (command: Command) => ({ ledger: command, model: command });
    switch (step.do) {
      case "earn": {
        const reference = this.#reference(this.#earned);
        const active_from = addDays(day, step.wait);
        return both({
          type: "earn",
          owner: this.#base + step.who,
          wallet: this.wallet(step.who),
          points: step.points,
          reference,
          ...(step.wait === 0 ? {} : { active_from }),
          ...lifeOf(step, active_from),
          ...(step.paid === 0 ? {} : { budget: this.budget }),
        });
      }
      case "settle": {
        const active_from = addDays(day, step.wait);
        return both({
          type: "settle",
          owner: this.#base + step.who,
          wallet: this.wallet(step.who),
          points: step.points,
          reference: `order ${this.#base + step.who} ${step.which} ${step.paid}`,
          ...(step.wait === 0 ? {} : { active_from }),
          ...lifeOf(step, active_from),
          ...(step.paid === 0 ? {} : { budget: this.budget }),
        });
      }
      case "grant": {
        const { points } = step;
        const last_day = addDays(day, step.life);
        const life = step.life < 0 ? {} : { last_day };
        return both({ type: "grant", owners: this.owners, points, reference: this.#reference(this.#earned), ...life });
      }
      case "spend": {
        const reference = this.#reference(this.#spent);
        this.#spenders.set(reference, step.who);
        return both({ type: "spend", wallet: this.wallet(step.who), points: step.points, reference });
      }
      case "hold": {
        const until_at = new Date(world().clock.now().getTime() + HOURS_48_MS);
        const reference = this.#reference(this.#spent);
        this.#spenders.set(reference, step.who);
        return both({ type: "hold", wallet: this.wallet(step.who), points: step.points, reference, until_at });
      }
      case "post":
      case "void": {
        const hold = this.#holds[step.which % Math.max(1, this.#holds.length)];
        if (hold === undefined) return undefined;
        const rest = step.do === "post" ? { type: "post" as const, points: step.points } : { type: "void" as const };
        return { ledger: { ...rest, hold_id: hold.ledger }, model: { ...rest, hold_id: hold.model } };
      }
      case "return": {
        const reference = this.#spent[step.which % Math.max(1, this.#spent.length)];
        if (reference === undefined) return undefined;
        const wallet = this.wallet(this.#spenders.get(reference) ?? 0);
        return both({ type: "return_spent", reference, points: step.points, grace_last_day: addDays(day, 14), wallet });
      }
      case "claw": {
        const at = step.which % Math.max(1, this.#earned.length);
        const reference = this.#earned[at];
        if (reference === undefined) return undefined;
        const owner = this.model.coins.find((coin) => coin.earned_for === reference)?.owner;
        const wallet = owner === undefined ? [this.#base] : this.wallet(owner - this.#base);
        return both({ type: "claw_back", reference, wallet, points: step.points });
      }
      case "transfer": {
        const wallet = this.wallet(step.who);
        const to = this.#base + step.to;
        if (wallet.includes(to)) return undefined;
        this.#references += 1;
        const reference = `give ${this.#base}-${this.#references}`;
        return both({ type: "transfer", wallet, to, points: step.points, reference });
      }
      default:
        return undefined;
    }
  }

  /** Sends a command to both; their answers must agree. */
  async send({ ledger, model }: { ledger: Command; model: Command }): Promise<void> {
    const key = `run ${this.#base} request ${this.#done.length} ${this.#references}`;
    let expected: number | string;
    try {
      expected = this.model.apply(model);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      expected = `points.${error.message}`;
    }
    const answer = await ledgerOf(world().ground)
      .submit({ key, command: ledger })
      .catch((error: unknown) => error as Problem);
    if (answer instanceof Error) {
      expect(answer instanceof Problem ? answer.code : answer).toBe(expected);
      return;
    }
    expect(answer.points).toBe(expected);
    this.#done.push({ key, command: ledger, points: answer.points });
    if (ledger.type === "hold") this.#holds.push({ ledger: answer.hold_id ?? 0, model: this.model.holds.length });
  }

  /** A request that was answered before: the same answer, no other effect. With another content: refused. */
  async again(which: number): Promise<void> {
    const before = this.#done[which % Math.max(1, this.#done.length)];
    if (before === undefined) return;
    const ledger = ledgerOf(world().ground);
    expect((await ledger.submit(before)).points).toBe(before.points);
    const other = { key: before.key, command: { type: "void" as const, hold_id: 999_999_999 } };
    await expect(ledger.submit(other)).rejects.toMatchObject({ code: "points.key_reused" });
  }

  async night(days: number): Promise<void> {
    day = addDays(day, days);
    world().clock.set(new Date(startOfDay(day, TIMEZONE).getTime() + 60_000));
    this.model.releaseOverdue(world().clock.now());
    this.model.turnDay(day);
    await releaseOverdue(world().ground);
    await turnDay(world().ground, day);
  }

  async standings() {
    const rows = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ owner: number; last_day: string | null; pending: number; active: number; held: number }>(
        "select owner, last_day, pending, active, held from points.lot where owner = any($1)",
        [this.owners],
      ),
    );
    const debts = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ owner: number; owed: number }>("select owner, owed from points.debt where owner = any($1)", [
        this.owners,
      ]),
    );
    return this.owners.map((owner) => {
      const own = rows.filter((row) => row.owner === owner);
      const active: Record<string, number> = {};
      for (const row of own) {
        const last = row.last_day ?? "9999-12-31";
        if (row.active > 0) active[last] = (active[last] ?? 0) + row.active;
      }
      const sum = (name: "pending" | "held") => own.reduce((total, row) => total + row[name], 0);
      const owed = debts.find((debt) => debt.owner === owner)?.owed ?? 0;
      return { pending: sum("pending"), held: sum("held"), owed, active };
    });
  }

  #reference(list: string[]): string {
    this.#references += 1;
    const reference = `run ${this.#base} for ${this.#references}`;
    list.push(reference);
    return reference;
  }
}

async function fundBudget(name: string): Promise<void> {
  await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
    tx.query("insert into points.account (kind, name, floor) values ('budget', $1, 0)", [name]),
  );
  const command = { type: "fund" as const, budget: name, points: 30, reference: "funding" };
  await ledgerOf(world().ground).submit({ key: `fund ${name}`, command });
}

async function play(steps: readonly Step[]): Promise<void> {
  const pair = new Pair();
  world().clock.set(new Date(startOfDay(day, TIMEZONE).getTime() + 60_000));
  await fundBudget(pair.budget);
  for (const one of steps) {
    if (one.do === "night") await pair.night(one.days);
    else if (one.do === "join") await pair.join(one.who, one.to);
    else if (one.do === "buy") await pair.buy(one.who, one.ago);
    else if (one.do === "split") pair.split(one.who);
    else if (one.do === "again") await pair.again(one.which);
    else {
      const command = pair.commandOf(one);
      if (command !== undefined) await pair.send(command);
    }
    expect(await pair.standings(), JSON.stringify(one)).toEqual(pair.owners.map((owner) => pair.model.standing(owner)));
  }
  // what this run leaves expires or stays, the next one has other members; the whole is looked at now and then
  if (runs % VERIFY_EVERY !== 0) return;
  const found = await verifyLedger(world().ground.store);
  expect(found).toMatchObject({ ok: true, sum: 0 });
}

describe("the ledger against a box of coins", () => {
  test(`${RUNS} runs of 50 random commands: the same answers, the same balances, every invariant`, async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 50, maxLength: 50 }), play);
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  });
});
