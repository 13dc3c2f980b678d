import { createServer } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { ASSESSMENT_ITEMS, CLAUSE_8_1 } from "../../../definitions/trust/assessment-items.ts";
import { PERSONAL_FIELDS } from "../../../definitions/trust/personal-fields.ts";
import { withAlertDesk } from "../../../tests/support/alert-desk.ts";
import { asOwner, forceCells, shippedMatrix, wellRun } from "../../../tests/support/assessed-desk.ts";
import type { AuditEntry } from "../../access/audit/entry.ts";
import { auditWriter } from "../../access/audit/writer.ts";
import { keepServer, serverOf } from "../../access/assurance.ts";
import { DEFAULT_POLICY, setSecurityPolicy } from "../../access/policy.ts";
import type { Ground } from "../../ground.ts";
import { FakeClock } from "../../platform/clock.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { inventoryFinding } from "./data-checks.ts";
import { assessItem, CHECKS } from "./run.ts";

const desk = withAlertDesk();
const ground = () => desk().world.ground;
const itemOf = (id: string) => {
  const found = ASSESSMENT_ITEMS.find((item) => item.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};
const resultOf = async (id: string, where: Ground = ground()) => {
  const { result, zh, unknown } = await assessItem(where, itemOf(id), undefined);
  return unknown ? `unknown ${zh}` : result;
};

beforeAll(() => wellRun(desk()), 60_000);

describe("the list", () => {
  it("has the 46 items of 8.1.4 and 8.1.5, 14 rows of its own, and the whole clause as denominator", () => {
    const ids = ASSESSMENT_ITEMS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(60);
    expect(ids.filter((id) => id.startsWith("8.1.4.")).length).toBe(34);
    expect(ids.filter((id) => id.startsWith("8.1.5.")).length).toBe(12);
    expect(CLAUSE_8_1.reduce((sum, { items }) => sum + items, 0)).toBe(211);
    expect(Object.keys(CHECKS).filter((id) => !ids.includes(id))).toEqual([]);
    // every item that the application or the deployment proves has its running proof
    expect(ASSESSMENT_ITEMS.filter(({ id, who }) => who !== "O" && CHECKS[id] === undefined)).toEqual([]);
  });
});

describe("a well-run installation", () => {
  it("meets every A item by a running proof", async () => {
    const results = [];
    for (const { id, who } of ASSESSMENT_ITEMS) if (who === "A") results.push([id, await resultOf(id)]);
    expect(results.filter(([, result]) => result !== "met")).toEqual([]);
    expect(results).toHaveLength(21);
  });

  it("says no to what does not exist, with the step to take, and asks for evidence where only papers tell", async () => {
    for (const id of ["8.1.4.9a", "8.1.4.9c", "8.1.4.4e", "8.1.5.4c", "BK-1", "PI-3", "SU-1"])
      expect([id, await resultOf(id)]).toEqual([id, "not_met"]);
    for (const item of ASSESSMENT_ITEMS.filter(({ who }) => who === "O")) {
      const { result, zh } = await assessItem(ground(), item, undefined);
      expect([item.id, result]).toEqual([item.id, "not_met"]);
      if (CHECKS[item.id] === undefined) expect(zh).toContain("需要证据");
    }
  });

  it("unknown counts as not met", async () => {
    const elsewhere = { ...ground() };
    const found = await assessItem(elsewhere, itemOf("8.1.4.11b"), undefined);
    expect(found).toMatchObject({ result: "not_met", unknown: true });
    expect(found.zh).toContain("按不符合计");
  });
});

const policy = (change: object) =>
  ground().store.write(SYSTEM_SCOPE, (tx) =>
    setSecurityPolicy(tx, { ...DEFAULT_POLICY, second_factor_roles: [], ...change }),
  );
const entry = (over: Partial<AuditEntry>): AuditEntry => ({
  at: new Date(desk().world.clock.now().getTime() - 2 * 3_600_000),
  phase: "begun",
  person_id: null,
  actor: "owner",
  action: "post /api/proof",
  method: "POST",
  path: "/api/proof",
  subject: {},
  status: null,
  succeeded: null,
  request_id: "proof-1",
  ip: null,
  duration_ms: null,
  ...over,
});
const give = (role: string, permission: string, level = "L1") => ({
  broken: () => forceCells(desk(), [{ role, permission, level, outcome: "allow" }]),
  mended: () => shippedMatrix(desk()),
});
const sql = (broken: string, mended: string) => ({
  broken: async () => void (await desk().execute(broken)),
  mended: async () => void (await desk().execute(mended)),
});
const owned = (broken: string, mended: string) => ({
  broken: () => asOwner(desk(), broken),
  mended: () => asOwner(desk(), mended),
});
const disabled = (role: string) =>
  sql(
    `update access.person set disabled_at = created_at where role = '${role}'`,
    `update access.person set disabled_at = null where role = '${role}'`,
  );
const TRIGGER = "alter table access.audit %s trigger audit_rows_stay";

/** How the fact of each item is broken, and mended. */
const BREAKS: Readonly<Record<string, { broken: () => Promise<void>; mended: () => Promise<void> }>> = {
  "8.1.4.1a": { broken: () => policy({ profile: "asvs" }), mended: () => policy({}) },
  "8.1.4.1b": { broken: () => policy({ attempts_max: 50 }), mended: () => policy({}) },
  "8.1.4.1d": sql(
    "update access.factor set confirmed_at = null where person_id = 2",
    "update access.factor set confirmed_at = created_at where person_id = 2",
  ),
  "8.1.4.2a": sql(
    "update access.person set role = 'ghost' where email like 'manager%'",
    "update access.person set role = 'manager' where email like 'manager%'",
  ),
  "8.1.4.2b": sql(
    "insert into access.person (name, email, role, password_hash, created_at) values ('x', 'admin@x.example', 'manager', 'h', '2026-11-30')",
    "delete from access.person where email = 'admin@x.example'",
  ),
  "8.1.4.2c": sql(
    "update access.person set created_at = '2026-01-01' where email like 'system_admin%'",
    "update access.person set created_at = '2026-11-22' where email like 'system_admin%'",
  ),
  "8.1.4.2d": disabled("audit_admin"),
  "8.1.4.2e": {
    broken: async () => {
      await forceCells(desk(), []);
      await desk().execute("update access.matrix_version set alone = true where state = 'active'");
    },
    mended: () => shippedMatrix(desk()),
  },
  "8.1.4.2f": owned(
    "alter table members.profile disable row level security",
    "alter table members.profile enable row level security",
  ),
  "8.1.4.3a": {
    broken: async () => void (await auditWriter(ground()).append(entry({}))),
    mended: async () =>
      void (await auditWriter(ground()).append(entry({ phase: "done", succeeded: true, status: 200 }))),
  },
  "8.1.4.3b": owned(
    "alter table access.audit alter column actor drop not null",
    "alter table access.audit alter column actor set not null",
  ),
  "8.1.4.3c": owned(TRIGGER.replace("%s", "disable"), TRIGGER.replace("%s", "enable")),
  "8.1.4.3d": owned(TRIGGER.replace("%s", "disable"), TRIGGER.replace("%s", "enable")),
  "8.1.4.4f": sql(
    "update trust.proof set raised_at = null where indicator = 'segments.exports'",
    "update trust.proof set raised_at = injected_at where indicator = 'segments.exports'",
  ),
  "8.1.4.7b": owned(
    `${TRIGGER.replace("%s", "disable")}; update access.audit set actor = 'nobody' where sequence = 3`,
    `update access.audit set actor = 'owner' where sequence = 3; ${TRIGGER.replace("%s", "enable")}`,
  ),
  "8.1.4.8b": sql(
    `insert into store.setting (name, value) values ('leak', '"+8613877100000"')`,
    "delete from store.setting where name = 'leak'",
  ),
  "8.1.4.10a": sql(
    "insert into access.session (token_hash, person_id, created_at, last_seen_at) values (sha256('x'), 1, '2026-11-01', '2026-11-01')",
    "delete from access.session where created_at = '2026-11-01'",
  ),
  "8.1.4.10b": sql(
    `with e as (insert into segments.export (name, condition, format, columns, language, reason, state, file_id, created_at, expires_at)
       values ('x', '{}', 'csv', '{}', 'zh', 'x', 'expired', gen_random_uuid(), '2026-11-01', '2026-11-02') returning export_id)
     insert into segments.export_part (export_id, part, sealed) select export_id, 1, 'x' from e`,
    "delete from segments.export where name = 'x'",
  ),
  "8.1.5.1a": disabled("system_admin"),
  "8.1.5.1b": disabled("system_admin"),
  "8.1.5.2a": disabled("audit_admin"),
  "8.1.5.2b": give("manager", "audit.read"),
  "8.1.5.3a": disabled("security_admin"),
  "8.1.5.3b": give("operator", "matrix.manage"),
  "8.1.5.4f": sql(
    `insert into trust.incident (indicator, part, label, synthetic, level, state, first_value, worst_value, last_value, opened_at, due_at)
     values ('late', '', '', false, 'alarm', 'open', 1, 1, 1, '2026-11-30T20:00:00Z', '2026-11-30T22:00:00Z')`,
    "delete from trust.incident where indicator = 'late'",
  ),
  "AC-3": give("agent", "members.read", "L4"),
};
BREAKS["8.1.4.3d"] satisfies object | undefined;

describe("each proof turns to not met when its fact is broken, and back when it is mended", () => {
  it.each(Object.keys(BREAKS))("%s", async (id) => {
    const { broken, mended } = BREAKS[id] ?? { broken: async () => {}, mended: async () => {} };
    const before = await resultOf(id);
    expect(["met", "partly"]).toContain(before);
    await broken();
    const during = await resultOf(id);
    await mended();
    expect([id, during]).toEqual([id, "not_met"]);
    expect([id, await resultOf(id)]).toEqual([id, before]);
  });

  it("AC-2, AU-1, MO-1, PI-5 follow the same facts", async () => {
    for (const [id, of] of [
      ["AC-2", "8.1.4.2f"],
      ["AU-1", "8.1.4.7b"],
      ["MO-1", "8.1.5.4f"],
      ["PI-5", "8.1.4.8b"],
    ] as const) {
      const before = await resultOf(id);
      expect(["met", "partly"]).toContain(before);
      await BREAKS[of]?.broken();
      const during = await resultOf(id);
      await BREAKS[of]?.mended();
      expect([id, during]).toEqual([id, "not_met"]);
      expect(await resultOf(id)).toBe(before);
    }
  });
});

describe("facts of deployment and definitions", () => {
  it("transit: plain http is not met, https is", async () => {
    const secured = { ...ground(), config: { ...ground().config, public_url: "https://huitou.example" } };
    expect(await resultOf("8.1.4.1c")).toBe("not_met");
    expect(await resultOf("8.1.4.1c", secured)).toBe("met");
    expect([await resultOf("8.1.4.8a"), await resultOf("8.1.4.8a", secured)]).toEqual(["partly", "met"]);
    expect([await resultOf("8.1.4.7a"), await resultOf("8.1.4.7a", secured)]).toEqual(["partly", "met"]);
  });

  it("ports: one that is open to others and on no list is found", async () => {
    expect(await resultOf("8.1.4.4b")).toBe("met");
    const strange = createServer();
    await new Promise<void>((done) => strange.listen(0, "0.0.0.0", done));
    expect(await resultOf("8.1.4.4b")).toBe("not_met");
    await new Promise((done) => strange.close(done));
  });

  it("a route that answers anybody, or takes an address without a schema, is found", async () => {
    const app = serverOf(ground());
    if (app === undefined) throw new Error("no server");
    const open = { ...ground() };
    const route = {
      method: "GET",
      url: "/healthz",
      summary: "",
      validated: true,
      access: { permission: "x", level: "L1" },
    };
    keepServer(
      open,
      new Proxy(app, {
        get: (of, name) => (name === "declared_routes" ? [...app.declared_routes, route] : Reflect.get(of, name)),
      }) as typeof app,
    );
    expect(await resultOf("8.1.4.11b", open)).toBe("not_met");
    expect(await resultOf("AC-1", open)).toBe("not_met");
    expect(await resultOf("AC-1")).toBe("partly");
    const bare = { ...ground() };
    keepServer(
      bare,
      new Proxy(app, {
        get: (of, name) =>
          name === "declared_routes" ? [...app.declared_routes, { ...route, validated: false }] : Reflect.get(of, name),
      }) as typeof app,
    );
    expect(await resultOf("8.1.4.4d", bare)).toBe("not_met");
  });

  it("a personal field that nobody registered, and a column without a label, are found", async () => {
    expect(inventoryFinding(PERSONAL_FIELDS).result).toBe("met");
    const short = inventoryFinding(PERSONAL_FIELDS.filter(({ field }) => field !== "identity.phone"));
    expect(short).toMatchObject({ result: "not_met", facts: { missing: ["identity.phone"] } });
    const [relation] = ground().catalogue.all();
    const odd = { ...relation, columns: [{ ...relation?.columns[0], sensitivity: "L9" }] };
    const unlabelled = { ...ground(), catalogue: { all: () => [odd] } } as unknown as Ground;
    expect(await resultOf("8.1.4.2g", unlabelled)).toBe("not_met");
    expect(await resultOf("PI-1", unlabelled)).toBe("not_met");
    expect(await resultOf("PI-1")).toBe("partly");
  });

  it("keys: in a file they are partly met at best, and old ones are not", async () => {
    expect(await resultOf("KM-1")).toBe("partly");
    const later = new FakeClock(new Date(Date.now() + 400 * 86_400_000));
    expect(await resultOf("KM-1", { ...ground(), wall: later })).toBe("not_met");
  });

  it("180 days kept by setting is not yet 180 days kept", async () => {
    expect(await resultOf("8.1.5.4d")).toBe("not_met");
    const later = new FakeClock(new Date(desk().world.clock.now().getTime() + 190 * 86_400_000));
    // no receiver elsewhere: the months alone are half of it
    expect(await resultOf("8.1.5.4d", { ...ground(), wall: later })).toBe("partly");
    const short = { ...ground(), wall: later, config: { ...ground().config, audit_days: 90 } };
    expect(await resultOf("8.1.5.4d", short)).toBe("not_met");
  });
});
