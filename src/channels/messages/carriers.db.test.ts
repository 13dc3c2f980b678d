import { afterAll, beforeAll, expect, it } from "vitest";
import { ALIYUN_KEY_ID, ALIYUN_SECRET } from "../../../channel-sim/aliyun.ts";
import { type ChannelSim, startChannelSim } from "../../../channel-sim/server.ts";
import { WEBHOOK_SECRET } from "../../../channel-sim/webhook.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { INBOX, MessageDesk, SMS } from "../../../tests/support/message-desk.ts";
import { type PersonSession, type Staff, staffOf } from "../../../tests/support/people.ts";
import { Browser, codeOf, enrol, later } from "../../../tests/support/sign-in.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { mailSettings, smsSettings } from "./carrier-settings.ts";
import { useMessageSim } from "./demo-carriers.ts";

const world = withDatabase();
let staff: Staff;
let owner: PersonSession;
let engineer: PersonSession;
let operator: PersonSession;
let desk: MessageDesk;
let sim: ChannelSim;

const ALIYUN = { access_key_id: "LTAI5tExampleKey01", access_key_secret: "a-secret-of-the-service" };
const MAIL = {
  host: "smtp.example.com",
  port: 465,
  security: "tls",
  user: "tea@example.com",
  password: "kettle-password",
  from: "山野茶 <tea@example.com>",
};

beforeAll(async () => {
  staff = await staffOf(world());
  ({ owner } = staff);
  engineer = await staff.add("engineer");
  operator = await staff.add("operator");
  desk = new MessageDesk(world().ground);
  sim = await startChannelSim({ now_ms: () => world().clock.now().getTime() });
  await desk.member(1);
  await desk.template("points_expiring", INBOX);
  await desk.template("points_sms", SMS);
});
afterAll(async () => {
  await sim.stop();
  await staff.app.close();
});

const carriers = async (who = owner) =>
  (await who.call("GET", "/api/messages/carriers")).body["items"] as Record<string, unknown>[];
const put = (who: PersonSession, channel: string, settings: object) =>
  who.call("PUT", `/api/messages/carriers/${channel}`, { settings, cost_minor: 5 });

it("keys of a service are sealed, told by their ends only, and stand in no answer, table or audit row", async () => {
  expect((await put(operator, "sms", ALIYUN)).status).toBe(403);
  expect((await put(engineer, "sms", ALIYUN)).status).toBe(204);
  expect((await put(engineer, "email", MAIL)).status).toBe(204);
  expect(await put(engineer, "email", ALIYUN)).toMatchObject({
    status: 422,
    body: { code: "channels.carrier_settings" },
  });
  expect(await put(engineer, "inbox", ALIYUN)).toMatchObject({ status: 409, body: { code: "channels.carrier_fixed" } });
  expect((await carriers(operator)).slice(0, 2)).toMatchObject([
    { channel: "sms", kind: "service", ready: true, settings_shown: "LTAI…01", cost_minor: 5 },
    { channel: "email", ready: true, settings_shown: "smtp.example.com:465 · 山野茶 <tea@example.com>" },
  ]);
  const { ground } = world();
  const kept = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    sms: await smsSettings(tx, ground),
    email: await mailSettings(tx, ground),
  }));
  expect(kept).toEqual({ sms: { ...ALIYUN, origin: null }, email: MAIL });
  const [rows] = await desk.query<{ text: string }>(
    `select (select string_agg(encode(settings_sealed, 'escape') || settings_shown, ' ') from channels.carrier)
       || (select string_agg(a::text, ' ') from access.audit a) as text`,
  );
  for (const secret of [ALIYUN.access_key_secret, ALIYUN.access_key_id, MAIL.password])
    expect(rows?.text.includes(secret), secret).toBe(false);
  expect(rows?.text).toContain("LTAI…01");
});

it("a server that people type leads nowhere inside, and the key that is taken away is gone", async () => {
  await put(engineer, "email", { ...MAIL, host: "localhost" });
  const tried = await engineer.call("POST", "/api/messages/carriers/email/test");
  expect(tried.body).toMatchObject({ ok: false, code: "refused_address" });
  expect((await put(engineer, "email", { ...MAIL, host: "evil.example/x" })).status).toBe(400);
  expect((await engineer.call("DELETE", "/api/messages/carriers/sms")).status).toBe(204);
  expect((await carriers())[0]).toMatchObject({ ready: false, settings_shown: "" });
  expect((await engineer.call("POST", "/api/messages/carriers/sms/test")).body).toMatchObject({
    ok: false,
    code: "not_set_up",
  });
});

it("a connection is tried without sending anything, and a wrong key is told in the service's own word", async () => {
  const { ground } = world();
  await desk.query("update channels.carrier set settings_sealed = null");
  const keys = { access_key_id: ALIYUN_KEY_ID, access_key_secret: ALIYUN_SECRET, webhook_secret: WEBHOOK_SECRET };
  const address = { http: sim.url, smtp: sim.smtp_url };
  await ground.store.write(SYSTEM_SCOPE, (tx) => useMessageSim(tx, ground, { ...address, ...keys }));
  for (const channel of ["sms", "email"])
    expect((await engineer.call("POST", `/api/messages/carriers/${channel}/test`)).body).toEqual({
      ok: true,
      code: "OK",
      text: expect.any(String),
    });
  expect(sim.log.list()).toEqual([]);
  expect((await owner.call("GET", "/api/messages/carriers")).body["simulator"]).toBe(sim.url);
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    useMessageSim(tx, ground, { ...address, ...keys, access_key_secret: "another-secret" }),
  );
  expect((await engineer.call("POST", "/api/messages/carriers/sms/test")).body).toMatchObject({
    ok: false,
    code: expect.stringMatching(/Signature/),
  });
  await ground.store.write(SYSTEM_SCOPE, (tx) => useMessageSim(tx, ground, { ...address, ...keys }));
});

it("a channel shows what waits for it and how its day went; a service that people set up is not the simulator's again", async () => {
  await desk.policy();
  await desk.request(
    [1, 2, 3].map((n) => ({ effect_key: `w${n}`, member_id: 1, template: "points_sms", variables: { points: n } })),
  );
  expect((await carriers())[0]).toMatchObject({ waiting: 3, accepted_day: 0 });
  sim.aliyun.limited = false;
  await desk.run("sms");
  expect((await carriers())[0]).toMatchObject({ waiting: 0, accepted_day: 3, cost_day_minor: 15 });
  await put(engineer, "sms", ALIYUN);
  const { ground } = world();
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    useMessageSim(tx, ground, {
      http: "http://x",
      smtp: "smtp://x",
      access_key_id: "a",
      access_key_secret: "b",
      webhook_secret: WEBHOOK_SECRET,
    }),
  );
  expect((await carriers())[0]).toMatchObject({ settings_shown: "LTAI…01" });
});

it("the log is filtered by state, reason, template, source and day, counted the same, and leaves as a file with a reason", async () => {
  await desk.request([
    { effect_key: "in", member_id: 1, template: "points_expiring", variables: { points: 1, day: "明天" } },
  ]);
  await owner.call("POST", "/api/messages/stops", { what: "inbox", reason: "试一试" });
  await desk.run();
  const held = await owner.call("GET", "/api/messages?state=held&reason=stopped&template=points_expiring&source=test");
  expect(held.body["items"]).toMatchObject([
    { member_id: 1, name_masked: "林*", reason: "stopped", why_zh: expect.stringContaining("触达设置") },
  ]);
  const day = world().clock.now().toISOString().slice(0, 10);
  const later = await owner.call("GET", `/api/messages?from=${Number(day.slice(0, 4)) + 1}-01-01`);
  expect(later.body["items"]).toEqual([]);
  const { items } = (await owner.call("GET", "/api/messages/outcomes?template=points_expiring")).body as {
    items: object[];
  };
  expect(items).toMatchObject([{ channel: "inbox", state: "held", reason: "stopped", messages: 1 }]);
  expect((await operator.call("POST", "/api/messages/export", { reason_of_export: "对账" })).status).toBe(403);
  const file = await owner.call("POST", "/api/messages/export", { reason_of_export: "对账", language: "zh" });
  expect(file).toMatchObject({ status: 200, headers: { "content-disposition": expect.stringContaining(".xlsx") } });
  const manager = await staff.add("manager");
  const asked = await manager.call("POST", "/api/messages/export", { reason_of_export: "月度对账" });
  expect(asked.body).toMatchObject({ code: "access.approval_asked" });
});

it("keys of a service are given only after a second factor shown just now, by whoever has one", async () => {
  const keeper = new Browser(() => staff.app);
  await keeper.signIn(engineer.email);
  const { secret } = await enrol(world(), keeper);
  later(world(), 6 * 60_000);
  const set = () => keeper.call("PUT", "/api/messages/carriers/sms", { settings: ALIYUN, cost_minor: 5 });
  expect((await set()).body).toMatchObject({ code: "access.step_up_required" });
  expect((await keeper.call("DELETE", "/api/messages/carriers/sms")).status).toBe(401);
  expect((await keeper.code(codeOf(world(), secret))).status).toBe(204);
  expect((await set()).status).toBe(204);
});
