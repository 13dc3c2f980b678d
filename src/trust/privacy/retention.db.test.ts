import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { id, record, rows, send } from "../../../tests/support/member-records.ts";
import { deliverAll } from "../../../tests/support/outbox.ts";
import { type PersonSession, type Staff, staffOf } from "../../../tests/support/people.ts";
import { runQueuedJobs } from "../../../tests/support/queued-jobs.ts";
import { ensureSource } from "../../ingest/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";

const world = withDatabase();
const ground = () => world().ground;
let staff: Staff;
let officer: PersonSession;

beforeAll(async () => {
  staff = await staffOf(world());
  officer = await staff.add("privacy_officer");
  const crm = await ensureSource(ground(), { key: "crm", name: "CRM", kind: "rest" });
  const who = [id("crm_id", "R1")];
  await send(ground(), crm, [
    record("member", "2020-03-01", who, { name: "王芳" }),
    record("review", "2020-03-02", who, { rating: 5, text: "五年前的一句话", sku: "T1" }),
    record("order", "2020-03-03", who, {
      order_no: "OLD-1",
      store_code: "HZ01",
      status: "paid",
      lines: [{ sku: "T1", quantity: 1, unit_price: "10.00" }],
    }),
    record("review", "2026-11-01", who, { rating: 4, text: "最近的一句话", sku: "T1" }),
  ]);
  await deliverAll(world());
});
afterAll(async () => staff.app.close());

const run = async (dry_run: boolean) => {
  expect((await officer.call("POST", "/api/privacy/retention/run", { dry_run })).status).toBe(202);
  await runQueuedJobs(world());
  const { body } = await officer.call("GET", "/api/privacy/retention");
  const [newest] = body["runs"] as { is_dry: boolean; report: { field_class: string; count: number }[] }[];
  return {
    is_dry: newest?.is_dry,
    ...Object.fromEntries((newest?.report ?? []).map((one) => [one.field_class, one.count])),
  };
};
const kinds = async () =>
  (await rows<{ kind: string }>(ground(), "select kind from members.event order by occurred_at")).map(
    ({ kind }) => kind,
  );

describe("retention by class of fields", () => {
  it("counts in a dry run and takes nothing", async () => {
    expect(await run(true)).toMatchObject({ is_dry: true, behaviour: 1, source_record: 0 });
    expect(await kinds()).toEqual(["review", "order", "review"]);
  });

  it("takes old behaviour with its texts and their keys; sales and what is young stay; the lake hears of the day", async () => {
    const [old] = await rows<{ token: string }>(
      ground(),
      "select properties -> 'text' ->> 'sealed' as token from members.event where kind = 'review' order by occurred_at limit 1",
    );
    expect(await run(false)).toMatchObject({ is_dry: false, behaviour: 1 });
    expect(await kinds()).toEqual(["order", "review"]);
    expect(await rows(ground(), "select 1 from vault.sealed where token = $1", [old?.token])).toEqual([]);
    const [told] = await rows<{ payload: object }>(
      ground(),
      "select payload from store.outbox where type = 'catalogue.changed' order by event_id desc limit 1",
    );
    expect(told?.payload).toEqual({ relation: "events", days: ["2020-03-02"] });
    expect(await run(false)).toMatchObject({ behaviour: 0 });
  });

  it("follows the brand's own days, with a reason, and empties records as they came once theirs are over", async () => {
    const policy = { field_class: "source_record", days: 60, reason: "来源可随时重新导出" };
    expect((await officer.call("PUT", "/api/privacy/retention", policy)).status).toBe(200);
    expect((await officer.call("PUT", "/api/privacy/retention", { ...policy, field_class: "identifier" })).status).toBe(
      404,
    );
    await ground().store.write(SYSTEM_SCOPE, (tx) => tx.query("update ingest.inbox set received_at = '2026-01-01'"));
    expect(await run(false)).toMatchObject({ source_record: 3 });
    const left = await rows(ground(), "select kind from ingest.record where body <> '{}'");
    expect(left).toEqual([{ kind: "order" }]);
    expect(await kinds()).toEqual(["order", "review"]);
  });

  it("runs by itself every night", () => {
    const schedules = world().domains.flatMap((domain) => domain.schedules ?? []);
    expect(schedules).toContainEqual({ kind: "trust.retention", cron: "10 20 * * *", input: {} });
  });
});
