import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { appendMany, asSuperuser, entry, verify } from "../../../tests/support/audit-chain.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { openPool, SYSTEM_SCOPE } from "../../store/index.ts";
import { txOf } from "../../store/store.ts";
import { chain } from "./entry.ts";
import { auditWriter } from "./writer.ts";
import { type KnownState, verifyChain } from "./verify.ts";

const world = withDatabase();
const admin = () => world().composition.databases.admin_url;
const HELD = 40;

async function fill(count: number): Promise<void> {
  const at = world().clock.now();
  await appendMany(
    world().ground,
    Array.from({ length: count }, (_, i) => entry(at, { subject: { member_id: i }, person_id: i % 5 })),
  );
}

async function rows(): Promise<{ sequence: number; hash: string }[]> {
  return world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query("select sequence, encode(hash, 'hex') as hash from access.audit order by sequence"),
  );
}

const empty = () => asSuperuser(admin(), (client) => client.query("delete from access.audit"));

describe("rows", () => {
  beforeEach(empty);

  test("of 64 acts at once are numbered without a gap and linked, in far fewer commits than acts", async () => {
    await fill(64);
    const result = await verify(world().ground);
    expect(result).toMatchObject({ ok: true, rows: 64, first_sequence: 1, last_sequence: 64, broken: null });
  });

  test("of two processes at once are numbered without a gap", async () => {
    const { ground } = world();
    const other = { ...ground };
    const acts = (n: number) => Array.from({ length: n }, () => entry(world().clock.now()));
    await Promise.all([appendMany(ground, acts(50)), appendMany(other, acts(50))]);
    expect(auditWriter(other)).not.toBe(auditWriter(ground));
    expect(await verify(ground)).toMatchObject({ ok: true, rows: 100 });
  });

  test("with what PostgreSQL cannot keep (NUL, half a surrogate pair) are written and verify", async () => {
    const at = world().clock.now();
    await appendMany(world().ground, [
      entry(at, { path: "/api/\0x", subject: { id: "a\0\ud83d", nested: { b: 1, a: [1.5, -0, 1e21] } }, ip: null }),
      entry(at, { phase: "begun", succeeded: null, status: null, duration_ms: null, person_id: null }),
    ]);
    expect(await verify(world().ground)).toMatchObject({ ok: true, rows: 2 });
  });

  test("hash by the documented encoding, whoever computes it", () => {
    const made = chain(entry(new Date(0), { request_id: "r1", subject: { b: 1, a: "茶" } }), 1, "0".repeat(64));
    expect(made.subject).toBe('{"a":"茶","b":1}');
    const encoding = `14:huitou-audit-1,1:1,64:${"0".repeat(64)},4:0000,4:done,1:7,8:operator,12:members.join,4:POST,10:/api/joins,17:{"a":"茶","b":1},3:200,1:t,2:r1,8:10.0.0.8,2:12,`;
    expect(made.hash).toBe(createHash("sha256").update(encoding).digest("hex"));
  });
});

test("rows from before the chain enter it, oldest first, and verify", async () => {
  const pool = openPool({ url: admin(), onError: () => undefined });
  const client = await pool.connect();
  try {
    await client.query("begin; drop schema access cascade");
    for (const file of ["0020_access", "0033_audit_chain"]) {
      await client.query(await readFile(new URL(`../migrations/${file}.sql`, import.meta.url), "utf8"));
      if (file === "0020_access")
        await client.query(`insert into access.audit (at, person_id, actor, action, method, path, subject, status, succeeded, request_id, ip, duration_ms)
          select timestamptz '2026-03-01 10:00:00.123456Z' + n * interval '1 hour', nullif(n, 2), '店长', 'members.view', 'GET', '/api/members/:id',
            jsonb_build_object('reason', '茶 🍵', 'id', n), 200, n <> 3, 'r' || n, nullif('10.0.0.' || n, '10.0.0.1'), 5 from generate_series(1, 4) n`);
    }
    const result = await verifyChain(txOf(client), { cutHolds: () => undefined });
    expect(result).toMatchObject({ broken: null, rows: 4 });
  } finally {
    await client.query("rollback");
    client.release();
    await pool.end();
  }
});

describe("nobody changes a row", () => {
  beforeAll(async () => {
    await empty();
    await fill(3);
  });

  test.each(["huitou_app", "huitou_audit", "huitou_owner"])("%s can neither change, remove nor empty", async (role) => {
    const client = new pg.Client({ connectionString: admin() });
    await client.connect();
    try {
      await client.query(`set role ${role}`);
      for (const statement of [
        "update access.audit set action = 'x'",
        "delete from access.audit",
        "truncate access.audit",
        "set huitou.audit_cut = 'on'; delete from access.audit",
        "delete from access.audit_checkpoint; truncate access.audit_checkpoint",
      ]) {
        await expect(client.query(statement)).rejects.toThrow(/permission denied|only be added to/);
      }
    } finally {
      await client.end();
    }
  });

  test("a row that does not follow the newest one is refused by its number", async () => {
    const { ground } = world();
    const again = chain(entry(world().clock.now()), 2, "0".repeat(64));
    const { insertRows } = await import("./audit-store.ts");
    await expect(ground.store.write(SYSTEM_SCOPE, (tx) => insertRows(tx, [again]))).rejects.toThrow(/duplicate key/);
  });
});

describe("flip, delete, reorder, insert, truncate: found every time", () => {
  let client: pg.Client;
  let states: KnownState[];
  beforeAll(async () => {
    await empty();
    await fill(HELD);
    const last = (await rows()).at(-1);
    states = [{ sequence: HELD, hash: last?.hash ?? "", head_at: world().clock.now().toISOString() }];
    client = new pg.Client({ connectionString: admin() });
    await client.connect();
    await client.query("set session_replication_role = replica; create table access.audit_kept as table access.audit");
  });
  afterAll(async () => {
    await client.query("drop table access.audit_kept");
    await client.end();
  });

  const place = fc.integer({ min: 1, max: HELD });
  const column = fc.constantFrom(
    "at = at + interval '1 microsecond'",
    "at = at - interval '1 day'",
    "phase = 'read'",
    "person_id = coalesce(person_id, 0) + 1",
    "person_id = null",
    "actor = actor || ' '",
    "action = 'members.view'",
    "method = 'GET'",
    "path = path || '/'",
    "subject = (subject::text || ' ')::json",
    "subject = '{}'",
    "status = 201",
    "status = null",
    "succeeded = not succeeded",
    "request_id = request_id || 'x'",
    "ip = null",
    "ip = '10.0.0.9'",
    "duration_ms = duration_ms + 1",
    "hash = sha256(hash)",
    "previous_hash = sha256(previous_hash)",
  );
  const tampering = fc.oneof(
    fc.record({ kind: fc.constant("flip" as const), place, column }),
    fc.record({ kind: fc.constant("delete" as const), place, count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant("swap" as const), place, other: place }),
    fc.record({ kind: fc.constant("insert" as const), place }),
    fc.record({ kind: fc.constant("truncate" as const), place }),
    fc.record({ kind: fc.constant("rewrite" as const), place }),
  );
  type Tampering = typeof tampering extends fc.Arbitrary<infer T> ? T : never;

  async function tamper(how: Tampering): Promise<boolean> {
    const { place: at } = how;
    switch (how.kind) {
      case "flip":
        return changed(`update access.audit set ${how.column} where sequence = ${at}`);
      case "delete":
        return changed(`delete from access.audit where sequence >= ${at} and sequence < ${at + how.count}`);
      case "truncate":
        return changed(`delete from access.audit where sequence >= ${at}`);
      case "swap":
        if (at === how.other) return false;
        await client.query(
          `update access.audit set sequence = sequence + 1000 where sequence in (${at}, ${how.other})`,
        );
        return changed(
          `update access.audit set sequence = ${at} + ${how.other} + 1000 - sequence where sequence > 1000`,
        );
      case "insert":
        // room is made by moving everything behind it up
        await client.query(`update access.audit set sequence = sequence + 1000 where sequence > ${at}`);
        await client.query(`update access.audit set sequence = sequence - 999 where sequence > 1000`);
        return changed(`insert into access.audit select ${at} + 1, at, phase, 99, actor, action, method, path, subject, status, succeeded,
          request_id, ip, duration_ms, previous_hash, hash from access.audit where sequence = ${at}`);
      case "rewrite":
        return rewrite(at);
    }
  }

  const changed = async (statement: string) => ((await client.query(statement)).rowCount ?? 0) > 0;

  /** The forger who knows the encoding: changes a row and computes every hash behind it anew. */
  async function rewrite(at: number): Promise<boolean> {
    const { CHAINED } = await import("./audit-store.ts");
    const { hashOf } = await import("./entry.ts");
    const stored = (await client.query(`select ${CHAINED} from access.audit order by sequence`)).rows;
    let previous = "0".repeat(64);
    for (const row of stored) {
      const numbers = { sequence: Number(row.sequence), person_id: Number(row.person_id) };
      const one = {
        ...row,
        ...numbers,
        previous_hash: previous,
        ...(numbers.sequence === at ? { person_id: 99 } : {}),
      };
      previous = hashOf(one);
      await client.query(
        "update access.audit set person_id = $2, previous_hash = decode($3, 'hex'), hash = decode($4, 'hex') where sequence = $1",
        [one.sequence, one.person_id, one.previous_hash, previous],
      );
    }
    return true;
  }

  test("on the raw table by a superuser whom no trigger stops, at any place", async () => {
    const kinds = new Set<string>();
    await fc.assert(
      fc.asyncProperty(tampering, async (how) => {
        await client.query("delete from access.audit; insert into access.audit table access.audit_kept");
        expect(await verify(world().ground, states)).toMatchObject({ ok: true, witnessed_sequence: HELD });
        if (!(await tamper(how))) return;
        const result = await verify(world().ground, states);
        expect(result.ok, JSON.stringify(how)).toBe(false);
        kinds.add(result.broken?.kind ?? "");
        if (how.kind === "flip") expect(result.broken?.sequence).toBe(how.place);
        if (how.kind === "delete" || how.kind === "truncate") expect(result.broken?.sequence).toBe(how.place);
      }),
      { numRuns: process.env["HUITOU_SOAK"] === "1" ? 1_000 : process.env["HUITOU_LONG"] === "1" ? 400 : 80 },
    );
    expect([...kinds]).toEqual(expect.arrayContaining(["altered", "missing", "truncated"]));
  });

  test("the newest rows cut off show only beside what was signed elsewhere: why there is a receiver", async () => {
    await client.query("delete from access.audit; insert into access.audit table access.audit_kept");
    await client.query(`delete from access.audit where sequence > ${HELD - 3}`);
    expect(await verify(world().ground)).toMatchObject({ ok: true, witnessed_sequence: null });
    expect((await verify(world().ground, states)).broken).toEqual({ kind: "truncated", sequence: HELD - 2 });
  });
});
