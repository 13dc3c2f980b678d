import { describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { asSuperuser } from "../../tests/support/audit-chain.ts";
import { addDays } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { type Command, Ledger, ledgerOf, releaseOverdue, turnDay, verifyLedger } from "./index.ts";
import { todayOf } from "./ledger/ledger.ts";

const world = withDatabase();
let keys = 0;

const submit = (command: Command, key = `request ${(keys += 1)}`) => ledgerOf(world().ground).submit({ key, command });
const earn = (owner: number, points: number, more: Partial<Extract<Command, { type: "earn" }>> = {}) =>
  submit({ type: "earn", owner, points, reference: `order ${owner}`, ...more });
const query = <Row>(text: string, values: readonly unknown[] = []) =>
  world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query<Row>(text, values));
const activeOf = async (owner: number) =>
  (
    await query<{ active: number }>(
      "select coalesce(sum(active), 0)::bigint as active from points.lot where owner = $1",
      [owner],
    )
  )[0]?.active;
const today = () => todayOf(world().ground);

describe("spending", () => {
  test("takes the points that expire soonest, and names their lots", async () => {
    const late = await earn(1, 50, { last_day: addDays(today(), 90) });
    const soon = await earn(1, 30, { last_day: addDays(today(), 5) });
    const never = await earn(1, 100);
    const spent = await submit({ type: "spend", wallet: [1], points: 60, reference: "gift" });
    expect(spent.lots).toEqual([
      { lot_id: soon.lots[0]?.lot_id, points: 30 },
      { lot_id: late.lots[0]?.lot_id, points: 30 },
    ]);
    expect(await activeOf(1)).toBe(120);
    expect(never.points).toBe(100);
  });

  test("never takes points past their last day, whether or not the midnight run has been there", async () => {
    await earn(2, 10, { last_day: today() });
    world().clock.advance({ hours: 24 });
    await expect(submit({ type: "spend", wallet: [2], points: 1, reference: "late" })).rejects.toMatchObject({
      code: "points.insufficient_balance",
      params: { wanted: 1, available: 0 },
    });
    await turnDay(world().ground, today());
    expect(await activeOf(2)).toBe(0);
  });

  test("64 clients of two processes want the last 10 points: 10 get one each, 54 are told", async () => {
    await earn(3, 10);
    const other = new Ledger(world().ground);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 64 }, (_, at) =>
        (at % 2 === 0 ? ledgerOf(world().ground) : other).submit({
          key: `last ${at}`,
          command: { type: "spend", wallet: [3], points: 1, reference: `last ${at}` },
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(54);
    expect(await activeOf(3)).toBe(0);
  });
});

test("two processes that write ahead and under the lock, in turn and at once: each request once, and one whole chain", async () => {
  const ledgers = [ledgerOf(world().ground), new Ledger(world().ground)];
  const owners = [31, 32, 33, 34];
  for (const owner of owners) await earn(owner, 1_000);
  const key = (at: number) => `ahead ${at >> 1}`;
  const commandOf = (at: number): Command => {
    const owner = owners[(at >> 1) % owners.length] ?? 0;
    // a refund looks at references, so that its batch takes the lock; each request is sent to both processes
    if (at % 10 < 2) return { type: "claw_back", reference: `order ${owner}`, wallet: [owner], points: 1 };
    return { type: "spend", wallet: [owner], points: 1, reference: key(at) };
  };
  for (let round = 0; round < 20; round += 1) {
    const requests = Array.from({ length: 40 }, (_, at) => round * 40 + at);
    await Promise.all(requests.map((at) => ledgers[at % 2]?.submit({ key: key(at), command: commandOf(at & ~1) })));
  }
  for (const owner of owners) expect(await activeOf(owner)).toBe(1_000 - 100);
  expect(await verifyLedger(world().ground.store)).toMatchObject({ ok: true });
});

describe("batches that go ahead of each other's commit", () => {
  const rush = (count: number, commandOf: (at: number) => Command, word: string) =>
    Promise.allSettled(Array.from({ length: count }, (_, at) => submit(commandOf(at), `${word} ${at}`)));
  const kept = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
    outcomes.filter(({ status }) => status === "fulfilled").length;

  test("share a budget: 300 members want its last 101 points, 101 have one each", async () => {
    await query("insert into points.account (kind, name, floor) values ('budget', 'rush', 0)");
    await submit({ type: "fund", budget: "rush", points: 101, reference: "rush" });
    const outcomes = await rush(
      300,
      (at) => ({ type: "earn", owner: 40_000 + at, points: 1, budget: "rush", reference: `rush ${at}` }),
      "rush",
    );
    expect(kept(outcomes)).toBe(101);
    expect(await query("select balance from points.account where name = 'rush'")).toEqual([{ balance: 0 }]);
  });

  test("share a limit of a period: 300 members want its 77 points, 77 have one each", async () => {
    await query("insert into points.account (kind, name, floor) values ('budget', 'daily', null)");
    await query(
      `insert into points.budget_limit (account_id, period, unit, amount, set_at)
       select account_id, 'day', 'points', 77, now() from points.account where name = 'daily'`,
    );
    const outcomes = await rush(
      300,
      (at) => ({ type: "earn", owner: 41_000 + at, points: 1, budget: "daily", reference: `daily ${at}` }),
      "daily",
    );
    expect(kept(outcomes)).toBe(77);
    expect(
      await query("select used from points.budget_use u join points.account using (account_id) where name = 'daily'"),
    ).toEqual([{ used: 77 }]);
  });

  test("share members: each point goes once, to whoever asked first", async () => {
    const owners = Array.from({ length: 20 }, (_, at) => 42_000 + at);
    for (const owner of owners) await earn(owner, 9);
    const outcomes = await rush(
      400,
      (at) => ({ type: "spend", wallet: [owners[at % 20] ?? 0], points: 1, reference: `shared ${at}` }),
      "shared",
    );
    expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual(outcomes.map((_, at) => at < 180));
  });

  test("one that cannot be written takes nobody with it: what followed it is written again", async () => {
    const owners = Array.from({ length: 100 }, (_, at) => 43_000 + at);
    for (const owner of owners) await earn(owner, 1);
    // NUL is a character that PostgreSQL does not take
    const outcomes = await rush(
      100,
      (at) => ({ type: "spend", wallet: [owners[at] ?? 0], points: 1, reference: at === 3 ? "\u0000" : `whole ${at}` }),
      "whole",
    );
    expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual(outcomes.map((_, at) => at !== 3));
    expect(await verifyLedger(world().ground.store)).toMatchObject({ ok: true });
  });
});

describe("one effect for one key", () => {
  test("64 times the same request at once, from two processes: one effect, one answer", async () => {
    const request = { key: "the same", command: { type: "earn", owner: 4, points: 7, reference: "once" } as const };
    const other = new Ledger(world().ground);
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, at) => (at % 2 === 0 ? ledgerOf(world().ground) : other).submit(request)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await activeOf(4)).toBe(7);
  });

  test("with another content it is refused; a refusal leaves the key free", async () => {
    await submit({ type: "earn", owner: 5, points: 5, reference: "five" }, "taken");
    await expect(submit({ type: "earn", owner: 5, points: 6, reference: "five" }, "taken")).rejects.toMatchObject({
      code: "points.key_reused",
    });
    const spend = { type: "spend", wallet: [6], points: 5, reference: "later" } as const;
    await expect(submit(spend, "free")).rejects.toMatchObject({ code: "points.insufficient_balance" });
    await earn(6, 5);
    expect((await submit(spend, "free")).points).toBe(5);
  });
});

describe("refunds", () => {
  test("give points back to their own lots with their own expiry, or to a grace lot when that is over", async () => {
    const soon = addDays(today(), 2);
    const later = addDays(today(), 60);
    await earn(7, 10, { last_day: soon });
    await earn(7, 10, { last_day: later });
    await submit({ type: "spend", wallet: [7], points: 15, reference: "sofa" });
    world().clock.advance({ hours: 72 });
    const grace = addDays(today(), 14);
    await submit({ type: "return_spent", reference: "sofa", points: 15, grace_last_day: grace });
    const rows = await query<{ last_day: string; active: number }>(
      "select last_day::text, active from points.lot where owner = 7 and active > 0 order by last_day",
    );
    expect(rows).toEqual([
      { last_day: grace, active: 10 },
      { last_day: later, active: 10 },
    ]);
    await expect(
      submit({ type: "return_spent", reference: "sofa", points: 1, grace_last_day: grace }),
    ).rejects.toMatchObject({ code: "points.more_than_spent" });
  });

  test("take earned points back from pending, then active, then others, then as a debt that the next earning pays", async () => {
    await earn(8, 20, { reference: "coat", active_from: addDays(today(), 7) });
    await submit({ type: "claw_back", reference: "coat", wallet: [8], points: 5 });
    await turnDay(world().ground, addDays(today(), 7));
    await submit({ type: "spend", wallet: [8], points: 12, reference: "tea" });
    const back = await submit({ type: "claw_back", reference: "coat", wallet: [8], points: 15 });
    expect(back.debt).toBe(12);
    const next = await earn(8, 20, { reference: "hat" });
    expect(next.repaid).toBe(12);
    expect(await activeOf(8)).toBe(8);
    await expect(submit({ type: "claw_back", reference: "coat", wallet: [8], points: 1 })).rejects.toMatchObject({
      code: "points.more_than_earned",
    });
  });

  test("do not ask back what expired unused", async () => {
    await earn(9, 10, { reference: "gloves", last_day: today() });
    world().clock.advance({ hours: 24 });
    await turnDay(world().ground, today());
    const back = await submit({ type: "claw_back", reference: "gloves", wallet: [9], points: 10 });
    expect(back.debt).toBeUndefined();
    expect(await query("select * from points.debt where owner = 9 and owed > 0")).toEqual([]);
  });
});

describe("holds", () => {
  test("are given back when their time is over, and post only once", async () => {
    await earn(10, 10);
    const until_at = new Date(world().clock.now().getTime() + 60_000);
    const kept = await submit({ type: "hold", wallet: [10], points: 6, reference: "cart", until_at });
    await expect(submit({ type: "spend", wallet: [10], points: 5, reference: "no" })).rejects.toThrow();
    const posted = await submit({ type: "hold", wallet: [10], points: 4, reference: "cart 2", until_at });
    await submit({ type: "post", hold_id: posted.hold_id ?? 0, points: 3 });
    world().clock.advance({ minutes: 2 });
    expect(await releaseOverdue(world().ground)).toBe(1);
    expect(await activeOf(10)).toBe(7);
    for (const hold_id of [kept.hold_id ?? 0, posted.hold_id ?? 0])
      await expect(submit({ type: "post", hold_id })).rejects.toMatchObject({ code: "points.hold_closed" });
  });
});

describe("a budget", () => {
  test("cannot go below zero: 64 want its last 10 points, 10 get them; the database refuses what a plan forgot", async () => {
    await query("insert into points.account (kind, name, floor) values ('budget', 'spring', 0)");
    await submit({ type: "fund", budget: "spring", points: 10, reference: "board" });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 64 }, (_, at) => earn(100 + at, 1, { budget: "spring", reference: `b ${at}` })),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    await expect(query("update points.account set balance = balance - 1 where name = 'spring'")).rejects.toThrow(
      /account_floor/,
    );
    await expect(query("update points.lot set active = active - 1 where owner = 1 and active = 0")).rejects.toThrow();
  });
});

describe("bad input", () => {
  test.each([
    [{ type: "earn", owner: 1, points: 0, reference: "x" }, "points.bad_amount"],
    [{ type: "earn", owner: 1, points: -5, reference: "x" }, "points.bad_amount"],
    [{ type: "earn", owner: 1, points: 1.5, reference: "x" }, "points.bad_amount"],
    [{ type: "earn", owner: 1, points: 2 ** 53, reference: "x" }, "points.bad_amount"],
    [
      { type: "earn", owner: 1, points: 1, active_from: "2026-02-02", last_day: "2026-02-01", reference: "x" },
      "points.bad_day",
    ],
    [{ type: "transfer", wallet: [1, 2], to: 2, points: 1, reference: "x" }, "points.to_itself"],
    [{ type: "void", hold_id: 123_456 }, "points.hold_unknown"],
    [{ type: "earn", owner: 1, points: 1, reference: "x", budget: "none" }, "points.budget_unknown"],
  ] as const)("%j is refused by name and changes nothing", async (command, code) => {
    const before = await query("select * from points.head");
    const outcome = await Promise.resolve()
      .then(() => submit(command as Command))
      .catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code });
    expect(await query("select * from points.head")).toEqual(before);
  });

  test("a request that the database refuses stops no other of its group", async () => {
    const outcomes = await Promise.allSettled([
      earn(11, 1),
      submit({ type: "earn", owner: 12, points: 1, reference: "a\u0000b" }),
      earn(13, 1),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

describe("huitou ledger verify", () => {
  test("finds nothing in what was written, by the hash of this program and by the one of the database", async () => {
    expect(await verifyLedger(world().ground.store)).toMatchObject({ ok: true, sum: 0 });
  });

  const harmed = (sql: string) => asSuperuser(world().composition.databases.admin_url, (client) => client.query(sql));
  test("the application can change no transfer; of whoever can, every change is found", async () => {
    await expect(query("update points.transfer set points = points + 1")).rejects.toThrow(/never changed/);
    await expect(query("delete from points.batch")).rejects.toThrow(/never changed/);
    const tampers: [string, string, string][] = [
      [
        "hash",
        "update points.transfer set points = points + 1 where transfer_id = 3",
        "update points.transfer set points = points - 1 where transfer_id = 3",
      ],
      [
        "hash",
        "update points.transfer set reference = reference || ' ' where transfer_id = 2",
        "update points.transfer set reference = rtrim(reference) where transfer_id = 2",
      ],
      [
        "lots",
        "update points.lot set active = active + 1, points = points + 1 where lot_id = 1",
        "update points.lot set active = active - 1, points = points - 1 where lot_id = 1",
      ],
      [
        "accounts",
        "update points.account set balance = balance - 1 where kind = 'issuer'",
        "update points.account set balance = balance + 1 where kind = 'issuer'",
      ],
    ];
    for (const [check, harm, mend] of tampers) {
      await harmed(harm);
      const found = await verifyLedger(world().ground.store);
      expect(found.ok, harm).toBe(false);
      expect(found.findings.find((finding) => finding.check === check)?.wrong, harm).toBeGreaterThan(0);
      await harmed(mend);
    }
    expect(await verifyLedger(world().ground.store)).toMatchObject({ ok: true });
    await harmed(
      `delete from points.transfer where batch_id = (select max(batch_id) from points.batch where transfers > 0);
      delete from points.batch where batch_id = (select max(batch_id) from points.batch where transfers > 0)`,
    );
    expect((await verifyLedger(world().ground.store)).ok).toBe(false);
  });
});
