import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { id, record, rows, send } from "../../tests/support/member-records.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { type ClearRecord, ensureSource, type IdentifiedRecord, type Source } from "../ingest/index.ts";
import { hashUuid } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { loadComponent } from "./component-store.ts";
import { joinMembers, undoJoin } from "./deciding.ts";
import { forgetParties } from "./party-memory.ts";
import { resolve } from "./resolver.ts";
import { stage } from "./stage.ts";

const world = withDatabase();
const ground = () => world().ground;
let sources: Source[];

beforeAll(async () => {
  sources = [];
  for (const key of ["crm", "pos", "mini"])
    sources.push(await ensureSource(ground(), { key, name: key, kind: "rest" }));
});
const write = <T>(run: (tx: Tx) => Promise<T>) => ground().store.write(SYSTEM_SCOPE, run);
const TABLES =
  "party holding evidence fact consent event join_log decision decision_party conflict quarantine search_key profile".split(
    " ",
  );

async function empty(): Promise<void> {
  await write(async (tx) => {
    await tx.query(`truncate ${TABLES.map((table) => `members.${table}`).join(", ")}`);
    await tx.query("delete from ingest.record");
    await forgetParties(tx);
  });
}
beforeEach(empty);

/** Members as sets of anchors: what does not depend on the numbers given out. */
async function people(): Promise<string[]> {
  const found = await rows<{ anchors: string[] }>(
    ground(),
    "select array_agg(anchor_token order by anchor_token) as anchors from members.party group by member_id",
  );
  return found.map((row) => row.anchors.join(" ")).sort();
}

/** What readers see of the members by anchors: the numbers given out depend on the order, nothing else may. */
async function portraits(): Promise<unknown> {
  return rows(
    ground(),
    `select a.anchors, to_jsonb(m) - 'member_id' as portrait,
       (select jsonb_agg(to_jsonb(c) - 'member_id' order by c.purpose, c.medium) from catalogue.consents c where c.member_id = m.member_id) as consents,
       (select count(*) from catalogue.events e where e.member_id = m.member_id) as events
     from (select member_id, array_agg(anchor_token order by anchor_token) as anchors from members.party group by member_id) a
     left join catalogue.members m using (member_id) order by a.anchors`,
  );
}

/** Everything a reader can see of who is who, by anchors. */
async function state(): Promise<unknown> {
  const profiles = await rows(
    ground(),
    `select p.anchor_token, f.* from members.party p left join (select * from catalogue.members) f using (member_id) order by 1`,
  );
  const consents = await rows(ground(), "select * from catalogue.consents order by 1, 2, 3");
  const events = await rows(ground(), "select member_id, kind, occurred_at from catalogue.events order by 3, 2, 1");
  const parties = await rows(ground(), "select party_id, member_id, is_excluded from catalogue.parties order by 1");
  return { profiles, consents, events, parties };
}

type Sent = readonly [source: number, record: ClearRecord];
const day = (n: number) => new Date(Date.UTC(2025, 0, 1 + n)).toISOString().slice(0, 10);
const PEOPLE = [
  { name: "王丽", birthday: "1980-03-04" },
  { name: "李强", birthday: "1978-07-09" },
  { name: "赵敏", birthday: "1992-11-23" },
];
const sent: fc.Arbitrary<Sent> = fc
  .record({
    source: fc.integer({ min: 0, max: 2 }),
    account: fc.integer({ min: 0, max: 3 }),
    phone: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
    unionid: fc.option(fc.integer({ min: 0, max: 2 }), { nil: null, freq: 4 }),
    cookie: fc.option(fc.integer({ min: 0, max: 2 }), { nil: null, freq: 3 }),
    at: fc.integer({ min: 0, max: 500 }),
    who: fc.option(fc.integer({ min: 0, max: 2 }), { nil: null }),
    born: fc.boolean(),
    bare: fc.integer({ min: 0, max: 9 }),
    says: fc.option(fc.boolean(), { nil: null }),
  })
  .map(({ source, account, phone, unionid, cookie, at, who, born, bare, says }): Sent => {
    const anchors = [id("crm_id", `C${account}`), id("card_no", `K${account}`), id("openid", `oOPENID0000${account}`)];
    const identities = [
      ...(bare === 0 && phone !== null ? [] : anchors.slice(source, source + 1)),
      ...(phone === null ? [] : [id("phone", `1390000010${phone}`)]),
      ...(unionid === null || source !== 2 ? [] : [id("unionid", `oUNIONID000${unionid}`)]),
      ...(cookie === null ? [] : [id("cookie", `device-${cookie}`)]),
    ];
    const person =
      who === null ? {} : { name: PEOPLE[who]?.name, ...(born ? { birthday: PEOPLE[who]?.birthday } : {}) };
    const consents =
      says === null
        ? {}
        : {
            consents: [
              {
                purpose: "marketing",
                channel: "sms",
                granted: says,
                at: `${day(at)}T01:00:00Z`,
                via: "till",
                text_version: "1",
              },
            ],
          };
    const isEvent = at % 3 === 0;
    return [
      source,
      record(
        isEvent ? "browse" : "member",
        day(at),
        identities,
        isEvent ? { page: `p${at}` } : { ...person, ...consents },
      ),
    ];
  });
const history = fc.array(sent, { minLength: 1, maxLength: 14 });
/** A hundred when they are asked for: half an hour on two busy cores. */
const RUNS = process.env["HUITOU_SOAK"] === "1" ? 100 : process.env["HUITOU_LONG"] === "1" ? 12 : 3;

async function sendAll(all: readonly Sent[], size: number): Promise<void> {
  for (let i = 0; i < all.length; i += size) {
    for (const [n, source] of sources.entries()) {
      const own = all
        .slice(i, i + size)
        .filter(([s]) => s === n)
        .map(([, r]) => r);
      if (own.length > 0) await send(ground(), source, own);
    }
  }
}

const anyOrder = () =>
  fc.asyncProperty(history, fc.integer(), fc.integer({ min: 1, max: 7 }), async (all, seed, size) => {
    await empty();
    await sendAll(all, all.length);
    const first = await portraits();
    await empty();
    const shuffled = all.map((one, i) => ({ one, key: ((i + 1) * 7919 + seed) % 1009 })).sort((a, b) => a.key - b.key);
    await sendAll(
      shuffled.map(({ one }) => one),
      size,
    );
    expect(await portraits()).toEqual(first);
  });

const identified = (all: readonly Record<string, unknown>[]) => all as unknown as IdentifiedRecord[];

async function recordsOf(origin: string): Promise<IdentifiedRecord[]> {
  const found = await rows<Record<string, unknown>>(
    ground(),
    `select r.record_id, i.source_id, r.kind, r.occurred_at, i.received_at, r.identities, r.body, true as undoable
     from ingest.record r join ingest.inbox i using (inbox_id) where i.origin = $1`,
    [origin],
  );
  return identified(found);
}

describe("members follow the evidence", () => {
  it("the order and the batches in which records arrive do not change who is who, nor what is known of them", async () => {
    await fc.assert(anyOrder(), { numRuns: RUNS, endOnFailure: true });
  });

  // seven cards under one number are six persons too many, until their names and birthdays say that they are two
  const sevenCards = Array.from({ length: 7 }, (_, i) =>
    record("member", day(i), [id("card_no", `K${i}`), id("phone", "13900000300")]),
  );
  const theirNames = Array.from({ length: 7 }, (_, i) =>
    record("member", day(100 + i), [id("card_no", `K${i}`)], PEOPLE[i % 2]),
  );

  it("a number with too many holders joins again when names show that they are few, whatever came first", async () => {
    const pos = sources[1] as Source;
    await send(ground(), pos, [...theirNames, ...sevenCards]);
    const [named, portrait] = [await people(), await portraits()];
    expect(named).toHaveLength(2);
    await empty();
    await send(ground(), pos, sevenCards);
    expect(await people()).toHaveLength(7);
    expect(await rows(ground(), "select reason from members.quarantine")).toEqual([{ reason: "shared" }]);
    for (const one of theirNames) await send(ground(), pos, [one]);
    expect(await people()).toEqual(named);
    expect(await portraits()).toEqual(portrait);
    expect(await rows(ground(), "select reason from members.quarantine")).toEqual([]);
  });

  it("a number shared by too many is free again when the import that brought them is taken back", async () => {
    const [crm, pos] = sources as [Source, Source];
    await send(ground(), pos, sevenCards.slice(0, 2));
    const before = await people();
    const origin = "import:cards";
    await send(
      ground(),
      crm,
      Array.from({ length: 6 }, (_, i) =>
        record("member", day(200), [id("crm_id", `C${i}`), id("phone", "13900000300")]),
      ),
      origin,
    );
    expect(await rows(ground(), "select reason from members.quarantine")).toEqual([{ reason: "shared" }]);
    const taken = await recordsOf(origin);
    await write(async (tx) => stage.retract?.(tx, ground(), taken));
    expect(await rows(ground(), "select reason from members.quarantine")).toEqual([]);
    expect(await people()).toEqual(before);
  });

  it("of what a source repeats the newest stands, though another word of a day in between comes last", async () => {
    const pos = sources[1] as Source;
    const says = (n: number, who: number) => record("member", day(n), [id("card_no", "K1")], PEOPLE[who]);
    for (const one of [says(1, 0), says(5, 0), says(9, 0), says(12, 0)]) await send(ground(), pos, [one]);
    expect(await rows(ground(), "select 1 from members.fact where field = 'name'")).toHaveLength(2);
    await send(ground(), pos, [says(10, 1)]);
    const [newest] = await rows<{ birth_month: number }>(ground(), "select birth_month from members.profile");
    expect(newest?.birth_month).toBe(3);
  });

  it("what is stored is what the resolver says of everything known, and the joins span the members", async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 5 }), async (all, size) => {
        await empty();
        await sendAll(all, size);
        const ids = (await rows<{ party_id: number }>(ground(), "select party_id from members.party")).map(
          (row) => row.party_id,
        );
        const loaded = await ground().store.read(SYSTEM_SCOPE, (tx) => loadComponent(tx, ids));
        const { clusters } = resolve(loaded.component);
        for (const cluster of clusters)
          for (const party of cluster) expect(loaded.current.get(party)).toBe(Math.min(...cluster));
        expect(loaded.active).toHaveLength(ids.length - clusters.length);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  it("join, then split: every reader sees exactly what was there before", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (all) => {
        await empty();
        await sendAll(all, all.length);
        // A bridge that joins two members by a person's word, which nothing else speaks against.
        const before = await state();
        const members = await rows<{ member_id: number }>(ground(), "select member_id from members.profile order by 1");
        const [a, b] = [members[0]?.member_id, members.at(-1)?.member_id];
        if (a === undefined || b === undefined || a === b) return;
        world().clock.advance({ seconds: 1 });
        const by = { person_id: 1, reason: "test", now: ground().clock.now() };
        await write((tx) => joinMembers(tx, [a, b], by));
        const [join] = await rows<{ join_id: number }>(
          ground(),
          "select join_id from members.join_log where rule = 'decided_by_person' and undone_at is null",
        );
        if (join === undefined) return;
        await write((tx) => undoJoin(tx, ground(), join.join_id, by));
        expect(await state()).toEqual(before);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});

describe("an import taken back", () => {
  it("leaves exactly what was there before it came", async () => {
    await fc.assert(
      fc.asyncProperty(history, history, fc.integer(), async (lasting, imported, nonce) => {
        await empty();
        await sendAll(lasting, lasting.length);
        const before = await people();
        const origin = `import:${nonce}`;
        for (const [n, source] of sources.entries()) {
          const own = imported
            .filter(([s]) => s === n)
            .map(([, r]) => ({ ...r, key: hashUuid(origin, JSON.stringify(r)) }));
          if (own.length > 0) await send(ground(), source, own, origin);
        }
        const taken = await recordsOf(origin);
        await write(async (tx) => stage.retract?.(tx, ground(), taken));
        expect(await people()).toEqual(before);
        await write(async (tx) => stage.retract?.(tx, ground(), taken));
        expect(await people()).toEqual(before);
        for (const table of ["fact", "consent", "event", "evidence"]) {
          const left = await rows(ground(), `select 1 from members.${table} where record_id = any($1::uuid[])`, [
            taken.map((r) => r.record_id),
          ]);
          expect(left).toEqual([]);
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});

it("a value shared by more than sixty is quarantined by its count alone, and its joins are taken back", async () => {
  const crowd = Array.from({ length: 70 }, (_, i) =>
    record("member", "2026-01-02", [id("card_no", `N${i}`), id("phone", "13900000200")]),
  );
  const [, pos] = sources;
  if (pos === undefined) throw new Error("no source");
  await send(ground(), pos, crowd.slice(0, 4));
  await send(ground(), pos, crowd.slice(4));
  expect((await people()).length).toBe(70);
  const [value] = await rows<{ holders: number }>(ground(), "select holders from members.quarantine");
  expect(value?.holders).toBeGreaterThan(60);
});
