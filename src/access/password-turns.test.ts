import { describe, expect, it } from "vitest";
import { PasswordTurns } from "./password-turns.ts";

/** Asks in an order; each is over when it is told so. @returns who was served, in order */
function served(turns: PasswordTurns) {
  const order: string[] = [];
  const running: (() => void)[] = [];
  const ask = (name: string, place: string, account: string) =>
    turns.run({ place, account }, async () => {
      order.push(name);
      await new Promise<void>((over) => running.push(over));
    });
  const finishAll = async () => {
    while (turns.sizes.running > 0) {
      running.shift()?.();
      await new Promise((next) => setImmediate(next));
    }
  };
  return { order, ask, finishAll };
}

describe("turns for hashing passwords", () => {
  it("serve whoever comes first before the many of one address and the many for one account", async () => {
    const turns = new PasswordTurns(1, 100);
    const { order, ask, finishAll } = served(turns);
    const asked = [
      ...Array.from({ length: 20 }, (_, n) => ask("address", "10.0.0.1", `account ${n}`)),
      ...Array.from({ length: 20 }, (_, n) => ask("account", `10.0.1.${n}`, "victim")),
      ask("colleague", "192.168.1.1", "wu"),
    ];
    await finishAll();
    await Promise.all(asked);
    // the first of each flood came before
    expect(order.indexOf("colleague")).toBeLessThanOrEqual(2);
    expect(order).toHaveLength(41);
  });

  it("make no more at once than they may, and never two of one account", async () => {
    const turns = new PasswordTurns(3, 100);
    const { order, ask, finishAll } = served(turns);
    const asked = [
      ask("a1", "1", "a"),
      ask("a2", "2", "a"),
      ask("b", "3", "b"),
      ask("c", "4", "c"),
      ask("d", "5", "d"),
    ];
    await new Promise((next) => setImmediate(next));
    expect(order).toEqual(["a1", "b", "c"]);
    expect(turns.sizes).toMatchObject({ running: 3, waiting: 2 });
    await finishAll();
    await Promise.all(asked);
    expect(order.toSorted()).toEqual(["a1", "a2", "b", "c", "d"]);
  });

  it("are bounded: who comes too late is refused at once, who was never served takes the place of who was often", async () => {
    const turns = new PasswordTurns(1, 3);
    const { order, ask, finishAll } = served(turns);
    const flood = Array.from({ length: 6 }, (_, n) => ask(`flood ${n}`, "10.0.0.1", `account ${n}`));
    const late = Promise.allSettled(flood);
    const asked = ask("colleague", "192.168.1.1", "wu");
    await finishAll();
    await asked;
    expect(order).toEqual(["flood 0", "colleague", "flood 1", "flood 2"]);
    const refused = (await late).filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(3);
    expect(refused[0]).toMatchObject({ reason: { code: "access.sign_in_busy" } });
  });

  it("count who is on the way, once", () => {
    const turns = new PasswordTurns(1, 2);
    const asker = { place: "1", account: "a" };
    const [first, second] = [turns.enter(asker), turns.enter(asker)];
    expect(turns.enter(asker)).toBeUndefined();
    first?.();
    first?.();
    expect(turns.sizes.entered).toBe(1);
    expect(turns.enter(asker)).toBeDefined();
    expect(turns.enter(asker)).toBeUndefined();
    second?.();
  });
});
