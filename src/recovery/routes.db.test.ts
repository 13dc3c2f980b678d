import { afterAll, beforeAll, expect, it } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { type PersonSession, type Staff, staffOf } from "../../tests/support/people.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { noteBackup, noteDrill } from "./recovery-store.ts";

const world = withDatabase();
let staff: Staff;
let system: PersonSession;

beforeAll(async () => {
  staff = await staffOf(world());
  system = await staff.add("system_admin");
});
afterAll(async () => staff.app.close());

it("tell the system administrator how the keys fare, and hold no key", async () => {
  const { status, body } = await system.call("GET", "/api/keys");
  expect(status).toBe(200);
  expect(body).toMatchObject({ suite: "intl", warn_days: 330, alarm_days: 365, job_id: null });
  expect(Object.keys(body).toSorted()).toEqual(
    "age_days alarm_days current_version index_suite job_id kek_id provider suite versions warn_days".split(" "),
  );
});

it("tell of backups, tried restores and the deletion journal, with their ages", async () => {
  const before = await system.call("GET", "/api/backups");
  expect(before.body).toMatchObject({ backups: [], drills: [], age_minutes: null, drill_age_minutes: null });
  expect(before.body["journal"]).toMatchObject({ entries: 0, newest_at: null });
  const { store, wall } = world().ground;
  const [backup_id, drill_id] = [crypto.randomUUID(), crypto.randomUUID()];
  const at = wall.now();
  await store.write(SYSTEM_SCOPE, async (tx) => {
    await noteBackup(tx, {
      backup_id,
      snapshot_at: at,
      finished_at: at,
      place: "/b",
      tables: 1,
      rows: 5,
      files: 2,
      bytes: 9,
    });
    const checks = [{ name: "rows", ok: false, zh: "行数", en: "rows" }];
    await noteDrill(tx, { drill_id, backup_id, kind: "check", at, duration_ms: 10, ok: false, checks });
  });
  world().clock.advance({ minutes: 20 });
  const { body } = await system.call("GET", "/api/backups");
  expect(body).toMatchObject({
    backups: [{ backup_id, place: "/b", rows: 5 }],
    drills: [{ drill_id, ok: false, checks: [{ name: "rows", ok: false }] }],
    age_minutes: 20,
    drill_age_minutes: 20,
  });
});

it("let nobody see them who has nothing to do with them, and nobody but system administrators and owners turn the key", async () => {
  const [clerk, security] = [await staff.add("clerk"), await staff.add("security_admin")];
  for (const url of ["/api/keys", "/api/backups"]) {
    expect((await clerk.call("GET", url)).status).toBe(403);
    expect((await security.call("GET", url)).status).toBe(200);
  }
  const rotate = (by: PersonSession) => by.call("POST", "/api/keys/rotation", { act: "rotate" });
  expect((await rotate(security)).status).toBe(403);
  const asked = await rotate(system);
  expect(asked.status).toBe(201);
  expect((await rotate(staff.owner)).body).toMatchObject({ code: "jobs.already_running" });
  expect((await system.call("GET", "/api/keys")).body["job_id"]).toBe(asked.body["job_id"]);
});
