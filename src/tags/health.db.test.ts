import { beforeAll, describe, expect, test } from "vitest";
import { TAG_DEFINITIONS } from "../../definitions/tags/index.ts";
import { customTag } from "../../tests/support/custom-tags.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { today } from "../today/today.ts";
import { accept, drainPipeline, ensureSource } from "../ingest/index.ts";
import { build as q } from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { isDecidedBy } from "./behaviour.ts";
import { TagBook } from "./book.ts";
import { computeDirty, settleTags } from "./compute.ts";
import type { TagDefinition } from "./definition.ts";
import { computeAll } from "./full.ts";
import { BEHIND_MS, STUCK_MS, tagHealth } from "./health.ts";
import { markMembersDirty } from "./index.ts";
import { bookOf } from "./registry.ts";

const world = withDatabase();
const quiet = { signal: new AbortController().signal, progress: async () => {} };
let sent = 0;

async function arrive(kind: string, body: Record<string, unknown> = {}): Promise<void> {
  const { ground } = world();
  const source = await ensureSource(ground, { key: "test", name: "Test", kind: "rest" });
  sent += 1;
  const identities = [{ kind: "phone" as const, value: "13911110001" }];
  const record = { kind, key: `r${sent}`, occurred_at: ground.clock.now().toISOString(), identities, body };
  const { rejected } = await accept(ground, source, [record], { protocol: "rest" });
  expect(rejected).toBe(0);
  await drainPipeline(ground);
}
const rows = (sql: string) => world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query(sql));
const health = () => world().ground.store.read(SYSTEM_SCOPE, (tx) => tagHealth(tx, world().ground));
const needs = async () => (await today(world().ground, SYSTEM_SCOPE)).needs.map(({ code }) => code);

beforeAll(async () => {
  await arrive("member", { gender: "female" });
  await computeAll(world().ground, bookOf(world().ground), quiet);
  await settleTags(world().ground, bookOf(world().ground));
});

describe("behaviour", () => {
  test("every view that is made of events is known to be: it is events itself, or says which kinds it is made of", async () => {
    const found = await rows(`
      with recursive made (name) as (
        values ('members.event'::regclass)
        union
        select r.ev_class::regclass from made m
        join pg_depend d on d.refobjid = m.name and d.classid = 'pg_rewrite'::regclass join pg_rewrite r on r.oid = d.objid
      )
      select c.relname as name from made m join pg_class c on c.oid = m.name join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'catalogue' order by 1`);
    const names = found.map(({ name }) => String(name));
    expect(names).toContain("events");
    const { catalogue } = world().ground;
    const silent = names.filter(
      (name) => name !== "events" && catalogue.find(name) !== undefined && !catalogue.get(name).derived_from_events,
    );
    expect(silent).toEqual([]);
  });

  test("computes only the tags that read it, and those are right", async () => {
    const { ground } = world();
    const decided = (kind: string) =>
      [...bookOf(ground).tags].filter(([, tag]) => isDecidedBy(tag.stored.root, kind, ground.catalogue)).length;
    expect(decided("browse")).toBe(0);
    expect(decided("review")).toBeGreaterThan(0);
    expect(decided("review")).toBeLessThan(10);
    await arrive("browse", { page: "home" });
    expect(await rows("select kind from tags.dirty")).toEqual([{ kind: "browse" }]);
    expect(await computeDirty(ground, bookOf(ground))).toEqual({ marks: 1, busy: false, more: false, changed: [] });
    await arrive("review", { rating: 4 });
    expect((await computeDirty(ground, bookOf(ground))).changed).toHaveLength(1);
    expect(await rows("select value ->> 'reviews_90d' as n from tags.current")).toEqual([{ n: "1" }]);
    expect((await computeAll(ground, bookOf(ground), quiet)).difference).toBe(0);
  });

  test("an identifier that comes with behaviour reaches the tags of the profile", async () => {
    const { ground } = world();
    const source = await ensureSource(ground, { key: "test", name: "Test", kind: "rest" });
    const identities = [
      { kind: "phone" as const, value: "13911110001" },
      { kind: "openid" as const, value: "o-health-1" },
    ];
    const record = {
      kind: "browse",
      key: "with-openid",
      occurred_at: ground.clock.now().toISOString(),
      identities,
      body: {},
    };
    await accept(ground, source, [record], { protocol: "rest" });
    await drainPipeline(ground);
    await deliverAll(world());
    await settleTags(ground, bookOf(ground));
    expect((await computeAll(ground, bookOf(ground), quiet)).difference).toBe(0);
  });
});

describe("what a computation over everybody marks", () => {
  test("waits behind what happens now, is taken with it in small parts, and what follows from it says so", async () => {
    const { ground } = world();
    await settleTags(ground, bookOf(ground));
    const everybody = Array.from({ length: 1_001 }, (_, i) => 1_000_000 + i);
    const [member] = await rows("select member_id from tags.current");
    const member_id = Number(member?.["member_id"]);
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await markMembersDirty(tx, [member_id, ...everybody], ground.clock.now());
      await tx.query('update tags.current set value = value || \'{"gender": "other"}\'');
    });
    await arrive("browse", { page: "home" });
    const first = await computeDirty(ground, bookOf(ground));
    expect(first.more).toBe(true);
    expect(first.marks).toBeLessThan(everybody.length / 2);
    expect(await rows("select count(*) as n from tags.dirty where lane = 0")).toEqual([{ n: 0 }]);
    await settleTags(ground, bookOf(ground));
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await markMembersDirty(tx, [member_id, ...everybody], ground.clock.now());
      await tx.query('update tags.current set value = value || \'{"gender": "other"}\'');
      await tx.query("delete from segments.dirty");
    });
    await settleTags(ground, bookOf(ground));
    expect(await rows("select distinct member_id, lane from segments.dirty")).toEqual([{ member_id, lane: 1 }]);
    expect((await computeAll(ground, bookOf(ground), quiet)).difference).toBe(0);
  });
});

describe("how far tags are behind", () => {
  test("fresh, behind, stuck: told by the oldest mark that waits, and on the home page", async () => {
    const { ground, clock } = world();
    await settleTags(ground, bookOf(ground));
    expect((await health()).state).toBe("fresh");
    await arrive("review", { rating: 5 });
    expect((await health()).state).toBe("fresh");
    clock.advance({ seconds: BEHIND_MS / 1000 + 1 });
    expect((await health()).state).toBe("behind");
    expect(await needs()).not.toContain("tags_stuck");
    clock.advance({ seconds: STUCK_MS / 1000 });
    expect((await health()).state).toBe("stuck");
    expect(await needs()).toContain("tags_stuck");
    await settleTags(ground, bookOf(ground));
    expect((await health()).state).toBe("fresh");
    expect(await needs()).not.toContain("tags_stuck");
  });

  test("a tag that cannot be computed is set aside, the others go on, and a full computation tries it again", async () => {
    const { ground } = world();
    const huge = q.multiply(q.multiply(q.count("events"), 9_000_000_000), 9_000_000_000);
    const broken = { ...customTag("broken", huge), example: { data: {}, today: "2026-01-01", value: null } };
    const book = new TagBook([...TAG_DEFINITIONS, broken as unknown as TagDefinition], ground.catalogue);
    expect([...book.tags.keys()]).toContain("broken");
    await arrive("review", { rating: 1 });
    expect((await computeDirty(ground, book)).changed).toHaveLength(1);
    const { failures } = await health();
    expect(failures.map(({ key }) => key)).toEqual(["broken"]);
    expect(await rows("select value ->> 'reviews_90d' as n from tags.current")).toEqual([{ n: "3" }]);
    expect(await needs()).toContain("tags_failed");
    await arrive("member", { gender: "male" });
    expect((await computeDirty(ground, book)).changed).toHaveLength(1);
    expect(await rows("select value ->> 'gender' as g from tags.current")).toEqual([{ g: "male" }]);
    await computeAll(ground, bookOf(ground), quiet);
    expect((await health()).failures).toEqual([]);
    expect(await needs()).not.toContain("tags_failed");
  });
});
