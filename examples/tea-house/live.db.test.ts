import { describe, expect, it } from "vitest";
import { fillDemo, requireDemo, startDemo } from "../../src/demo.ts";
import { drainPipeline, ensureSource } from "../../src/ingest/index.ts";
import { setSetting, settingOf, SYSTEM_SCOPE } from "../../src/store/index.ts";
import { bookOf, settleTags } from "../../src/tags/index.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { LiveStream, sendDue } from "./live.ts";
import type { Demo } from "./seed.ts";
import { SOURCES } from "./sheet.ts";

process.env["HUITOU_DEMO_MEMBERS"] = "300";
const quiet = () => undefined;

const world = withDatabase();
const sql = <Row>(text: string, values: readonly unknown[] = []) =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<Row>(text, values));
const count = async (text: string, values: readonly unknown[] = []) =>
  (await sql<{ n: number }>(`select count(*)::int as n from ${text}`, values))[0]?.n ?? 0;
const sentOf = async () =>
  (await world().ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<object>(tx, "demo_sent_until_ms"))) ?? {};

/** Everything due by the clock is sent and applied. */
async function goOn(stream: LiveStream): Promise<void> {
  const { ground } = world();
  const sent = await sentOf();
  while (await sendDue(ground, stream, sent));
  await drainPipeline(ground);
}

describe("an installation that is somebody's own", () => {
  it("never gets the example world, neither filled in nor going on", async () => {
    const { ground } = world();
    await requireDemo(ground);
    await ensureSource(ground, { key: "shop", name: "shop", kind: "rest" });
    await expect(requireDemo(ground)).rejects.toThrow(/writes no invented people into real data/);
    await fillDemo(ground, true, quiet);
    await expect(requireDemo(ground)).rejects.toThrow(/writes no invented people/);
    await expect(startDemo(ground, quiet)).rejects.toThrow(/writes no invented people/);
    expect(await count("ingest.source")).toBe(1);
    expect(await count("ingest.record")).toBe(0);
  });

  it("is what --empty makes, for good", async () => {
    const { ground } = world();
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await tx.query("delete from ingest.source");
      await tx.query("delete from store.setting");
    });
    await fillDemo(ground, false, quiet);
    await fillDemo(ground, true, quiet);
    await expect(requireDemo(ground)).rejects.toThrow(/writes no invented people/);
    expect(await count("ingest.source")).toBe(0);
  });

  it("or one whose example was made before its end was noted, is told so", async () => {
    const { ground } = world();
    await ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, "seeded", "2026-11-20T00:00:00.000Z"));
    await expect(requireDemo(ground)).rejects.toThrow(/earlier version/);
    await ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("delete from store.setting"));
  });
});

describe("the tea house that goes on", () => {
  it("sends through the edge what happens, once, and an order changes the tags of who bought", async () => {
    const { ground, clock } = world();
    await fillDemo(ground, true, quiet);
    await requireDemo(ground);
    const demo = (await ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<Demo>(tx, "seeded"))) as Demo;
    expect(demo).toMatchObject({ members: 300, filled: true });
    await settleTags(ground, bookOf(ground));
    const before = await count("ingest.record");
    let stream = await LiveStream.open(demo, await sentOf());
    await goOn(stream);
    expect(await count("ingest.record")).toBe(before);
    clock.advance({ days: 6 });
    await goOn(stream);
    const during = await count("ingest.record");
    expect(during).toBeGreaterThan(before);
    await settleTags(ground, bookOf(ground));
    const bought = await sql<{ member_id: number; last: string; days: string }>(
      `select p.member_id, max(p.business_day) as last, c.value ->> 'days_since_last_purchase' as days
       from catalogue.purchase_days p join tags.current c using (member_id)
       where p.orders > 0 group by 1, 3 having max(p.business_day) > $1::date`,
      [demo.until.slice(0, 10)],
    );
    expect(bought.length).toBeGreaterThan(0);
    for (const { last, days } of bought) expect(days).toBe(last);

    // a second process, from what the first one kept: nothing again, and the same as one that was never stopped
    stream = await LiveStream.open(demo, await sentOf());
    await goOn(stream);
    expect(await count("ingest.record")).toBe(during);
    expect(await count("ingest.reject")).toBe(0);
  });

  it("keeps what a paused source has to send until it may again", async () => {
    const { ground, clock } = world();
    const demo = (await ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<Demo>(tx, "seeded"))) as Demo;
    const stream = await LiveStream.open(demo, await sentOf());
    const pause = (state: string) =>
      ground.store.write(SYSTEM_SCOPE, (tx) =>
        tx.query("update ingest.source set state = $1 where key = 'mini_program'", [state]),
      );
    const received = () =>
      count("ingest.inbox where source_id = (select source_id from ingest.source where key = 'mini_program')");
    const before = await received();
    await pause("paused");
    clock.advance({ days: 10 });
    await goOn(stream);
    expect(await received()).toBe(before);
    const kept = stream.waiting("mini_program", clock.now().getTime(), 10_000).length;
    expect(kept).toBeGreaterThan(0);
    await pause("live");
    await goOn(stream);
    expect(await received()).toBe(before + 1);
    for (const source of SOURCES) expect(stream.waiting(source, clock.now().getTime(), 1)).toEqual([]);
  });
});
