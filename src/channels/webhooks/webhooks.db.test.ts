import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { deliverAll } from "../../../tests/support/outbox.ts";
import { type PersonSession, type Staff, staffOf } from "../../../tests/support/people.ts";
import { type Heard, WebhookReceiver } from "../../../tests/support/webhook-receiver.ts";
import { ledgerOf } from "../../points/index.ts";
import { emit, SYSTEM_SCOPE } from "../../store/index.ts";
import { collectMovements } from "./collect.ts";
import { deliverTo, Lanes } from "./deliver.ts";
import { ATTEMPTS_MAX, RETRY_AFTER_S } from "./delivery-store.ts";
import { failingEndpoints } from "./failing-store.ts";
import { signatures } from "./signature.ts";

const world = withDatabase();
let staff: Staff;
let owner: PersonSession;
let receiver: WebhookReceiver;

beforeAll(async () => {
  staff = await staffOf(world());
  const { owner: signedIn } = staff;
  // the clock of these tests jumps by hours: sessions would end of idleness
  owner = {
    ...signedIn,
    call: async (...args) => {
      await query("update access.session set last_seen_at = $1, created_at = $1", [world().clock.now()]);
      return signedIn.call(...args);
    },
  };
  receiver = await WebhookReceiver.open();
  Object.assign(world().ground.config, { webhook_origins: [receiver.url] });
});
afterAll(async () => {
  await staff.app.close();
  await receiver.close();
});
beforeEach(async () => {
  await query("delete from channels.endpoint");
});

const query = <Row>(text: string, values: readonly unknown[] = []) =>
  world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query<Row>(text, values));

interface Made {
  readonly endpoint_id: number;
  readonly secret: string;
}

async function endpoint(path: string, kinds: readonly string[] = ["tier.changed"], url = receiver.url): Promise<Made> {
  const made = await owner.call("POST", "/api/webhooks/endpoints", { name: path, address: url + path, kinds });
  expect(made.status).toBe(201);
  return made.body as unknown as Made;
}

const changed = (member_id: number) => ({ changes: [{ member_id, from: "silver", to: "gold", reason: "earned" }] });

async function happen(type: string, payloads: readonly unknown[]): Promise<void> {
  await world().ground.store.write(SYSTEM_SCOPE, (tx) => emit(tx, type, payloads));
  await deliverAll(world());
}

async function send(): Promise<void> {
  const lanes = new Lanes(world().ground);
  await lanes.round();
  await lanes.idle();
}

/** As a receiver does it, at the instant of the world. */
function verified(one: Heard | undefined, secret: string): unknown {
  vi.useFakeTimers({ toFake: ["Date"], now: world().clock.now() });
  try {
    return new Webhook(secret).verify(one?.body ?? "", one?.headers ?? {});
  } finally {
    vi.useRealTimers();
  }
}

async function log(endpoint_id: number): Promise<Record<string, unknown>[]> {
  const answer = await owner.call("GET", `/api/webhooks/endpoints/${endpoint_id}/deliveries`);
  expect(answer.status).toBe(200);
  return answer.body["items"] as Record<string, unknown>[];
}

describe("what is told", () => {
  it("is signed as Standard Webhooks says: the published vector", () => {
    expect(
      signatures(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], {
        webhook_id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp_s: 1_614_265_330,
        body: '{"test": 2432232314}',
      }),
    ).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it("arrives once at each endpoint that chose it, and passes the verifier of the specification", async () => {
    const { secret, endpoint_id } = await endpoint("/a");
    await endpoint("/b", ["segment.entered"]);
    await happen("tiers.changed", [changed(7), changed(8)]);
    await send();
    await send();
    const heard = receiver.at("/a");
    // sent side by side: whichever connection is there first arrives first
    const told = heard.map((one) => verified(one, secret));
    const text = (one: unknown) => JSON.stringify((one as { data: unknown }).data);
    expect(told.toSorted((a, b) => text(a).localeCompare(text(b)))).toMatchObject([
      { type: "tier.changed", data: changed(7), timestamp: expect.stringContaining("T") },
      { type: "tier.changed", data: changed(8) },
    ]);
    expect(new Set(heard.map(({ id }) => id)).size).toBe(2);
    expect(receiver.at("/b")).toEqual([]);
    expect(() => verified(heard[0], `whsec_${Buffer.alloc(32, 7).toString("base64")}`)).toThrow(
      "No matching signature",
    );
    const [newest] = await log(endpoint_id);
    expect(newest).toMatchObject({
      state: "delivered",
      attempts: 1,
      rounds: 1,
      last_status: 200,
      last_outcome: "arrived",
    });
    const one = await owner.call(
      "GET",
      `/api/webhooks/endpoints/${endpoint_id}/deliveries/${String(newest?.["delivery_id"])}`,
    );
    expect(one.body).toMatchObject({ data: changed(8), attempts: [{ attempt: 1, status: 200, answer_bytes: 2 }] });
  });

  it("movements of the points ledger from the moment on somebody listens, by kind, none twice", async () => {
    const ledger = ledgerOf(world().ground);
    const earn = (owner_number: number, reference: string) =>
      ledger.submit({ key: reference, command: { type: "earn", owner: owner_number, points: 50, reference } });
    await earn(71, "before");
    await collectMovements(world().ground);
    const { secret } = await endpoint("/points", ["points.earned", "points.spent"]);
    await earn(71, "order 1");
    await earn(72, "order 2");
    await ledger.submit({ key: "s", command: { type: "spend", wallet: [71], points: 30, reference: "order 3" } });
    await collectMovements(world().ground);
    await collectMovements(world().ground);
    await send();
    const told = receiver.at("/points").map((one) => verified(one, secret)) as { type: string; data: unknown }[];
    expect(told.sort((a, b) => a.type.localeCompare(b.type))).toMatchObject([
      {
        type: "points.earned",
        data: {
          transfers: [
            { member_number: 71, points: 50, reference: "order 1" },
            { member_number: 72, points: 50, reference: "order 2" },
          ],
        },
      },
      { type: "points.spent", data: { transfers: [{ member_number: 71, points: 30, reference: "order 3" }] } },
    ]);
  });
});

describe("an endpoint that fails", () => {
  it("is tried by the table of the specification, under one number, then disabled, which the indicator sees", async () => {
    const { endpoint_id } = await endpoint("/down");
    receiver.dial("/down", 500);
    await happen("tiers.changed", [changed(1)]);
    await send();
    for (const wait_s of RETRY_AFTER_S) {
      const before = receiver.at("/down").length;
      world().clock.advance({ seconds: wait_s - 1 });
      await send();
      expect(receiver.at("/down")).toHaveLength(before);
      world().clock.advance({ seconds: 1 });
      await send();
      expect(receiver.at("/down")).toHaveLength(before + 1);
    }
    const heard = receiver.at("/down");
    expect(heard).toHaveLength(ATTEMPTS_MAX);
    expect(new Set(heard.map(({ id }) => id)).size).toBe(1);
    const [listed] = (await owner.call("GET", "/api/webhooks/endpoints")).body["items"] as Record<string, unknown>[];
    expect(listed).toMatchObject({ state: "disabled", disabled_why: "exhausted", failed_day: 1 });
    const { ground, clock } = world();
    const look = (at: Date) =>
      ground.store.read(SYSTEM_SCOPE, (tx) => failingEndpoints.read({ tx, ground, at, world_at: at }));
    expect(await look(clock.now())).toEqual([{ part: "", value: 1 }]);

    // what happens meanwhile waits; once it is on again it goes, and what failed can be sent again
    await happen("tiers.changed", [changed(2)]);
    await send();
    expect(receiver.at("/down")).toHaveLength(ATTEMPTS_MAX);
    receiver.dial("/down", 204);
    expect((await owner.call("PATCH", `/api/webhooks/endpoints/${endpoint_id}`, { on: true })).status).toBe(204);
    await send();
    expect(JSON.parse(receiver.at("/down").at(-1)?.body ?? "")).toMatchObject({ data: changed(2) });
    const failed = (await log(endpoint_id)).find((one) => one["state"] === "failed");
    const url = `/api/webhooks/endpoints/${endpoint_id}/deliveries/${String(failed?.["delivery_id"])}/replay`;
    expect((await owner.call("POST", url)).status).toBe(204);
    await send();
    expect(receiver.at("/down").at(-1)?.id).toBe(heard[0]?.id);
    expect(await look(clock.now())).toEqual([{ part: "", value: 0 }]);
  });

  it("with 410 is disabled at once; a redirect is not followed; a lost answer is repeated under the same number", async () => {
    const gone = await endpoint("/gone");
    await endpoint("/moved");
    await endpoint("/lost");
    receiver.dial("/gone", 410);
    receiver.dial("/moved", 302);
    receiver.dial("/lost", "lost");
    await happen("tiers.changed", [changed(1)]);
    await send();
    receiver.dial("/lost", 200);
    world().clock.advance({ seconds: 5 });
    await send();
    expect(receiver.at("/gone")).toHaveLength(1);
    expect(receiver.at("/moved")).toHaveLength(2);
    expect(receiver.at("/elsewhere")).toEqual([]);
    expect(new Set(receiver.at("/lost").map(({ id }) => id)).size).toBe(1);
    expect(receiver.at("/lost")).toHaveLength(2);
    const items = (await owner.call("GET", "/api/webhooks/endpoints")).body["items"] as Record<string, unknown>[];
    expect(items.map(({ state, disabled_why }) => [state, disabled_why])).toEqual([
      ["disabled", "gone"],
      ["on", null],
      ["on", null],
    ]);
    expect(await owner.call("POST", `/api/webhooks/endpoints/${gone.endpoint_id}/test`)).toMatchObject({
      status: 409,
      body: { code: "channels.endpoint_not_on" },
    });
  });

  it("that does not answer holds up nobody else", async () => {
    await endpoint("/slow");
    await endpoint("/quick");
    receiver.dial("/slow", "hold");
    await happen(
      "tiers.changed",
      Array.from({ length: 20 }, (_, n) => changed(n + 1)),
    );
    const lanes = new Lanes(world().ground);
    await lanes.round();
    await vi.waitUntil(() => receiver.at("/quick").length === 20 && receiver.at("/slow").length === 8, {
      timeout: 60_000,
    });
    receiver.dial("/slow", 200);
    receiver.release();
    await lanes.idle();
    expect(new Set(receiver.at("/slow").map(({ id }) => id)).size).toBe(20);
  });

  it("whose certificate nobody vouches for is not sent to", async () => {
    const tls = await WebhookReceiver.open({ tls: true });
    Object.assign(world().ground.config, { webhook_origins: [receiver.url, tls.url] });
    const { endpoint_id } = await endpoint("/tls", ["tier.changed"], tls.url);
    await happen("tiers.changed", [changed(1)]);
    await send();
    expect(tls.heard).toEqual([]);
    expect(await log(endpoint_id)).toMatchObject([{ state: "waiting", last_outcome: "not_sent", last_status: null }]);
    await tls.close();
  });

  it("whose attempt died with its process is tried again when the lease is over", async () => {
    const { endpoint_id } = await endpoint("/died");
    await happen("tiers.changed", [changed(1)]);
    await query("update channels.webhook_delivery set state = 'sending', attempts = 1, next_try_at = $1", [
      new Date(world().clock.now().getTime() + 30_000),
    ]);
    expect(await deliverTo(world().ground, endpoint_id)).toEqual([]);
    world().clock.advance({ seconds: 30 });
    expect(await deliverTo(world().ground, endpoint_id)).toMatchObject([{ outcome: "arrived" }]);
  });
});

describe("what people do", () => {
  it("another secret: both count until the overlap ends, then the new one alone", async () => {
    const { endpoint_id, secret: before } = await endpoint("/rotated");
    const rotated = await owner.call("POST", `/api/webhooks/endpoints/${endpoint_id}/secret`, { overlap_hours: 24 });
    const secret = String(rotated.body["secret"]);
    await happen("tiers.changed", [changed(1)]);
    await send();
    const first = receiver.at("/rotated").at(-1);
    for (const one of [before, secret]) expect(verified(first, one)).toMatchObject({ data: changed(1) });
    world().clock.advance({ hours: 24 });
    await happen("tiers.changed", [changed(2)]);
    await send();
    const second = receiver.at("/rotated").at(-1);
    expect(verified(second, secret)).toMatchObject({ data: changed(2) });
    expect(() => verified(second, before)).toThrow("No matching signature");
  });

  it("a test goes the way of everything else and says what came back", async () => {
    const { endpoint_id, secret } = await endpoint("/test");
    const answer = await owner.call("POST", `/api/webhooks/endpoints/${endpoint_id}/test`);
    expect(answer).toMatchObject({ status: 200, body: { outcome: "arrived", status: 200 } });
    expect(verified(receiver.at("/test")[0], secret)).toMatchObject({ type: "webhook.test", data: { endpoint_id } });
    receiver.dial("/test", 401);
    expect((await owner.call("POST", `/api/webhooks/endpoints/${endpoint_id}/test`)).body).toMatchObject({
      outcome: "refused",
      status: 401,
    });
  });

  it("a period again: under the same numbers, with what was told to others before this one listened", async () => {
    const early = await endpoint("/early");
    world().clock.advance({ hours: 1 });
    const from = world().clock.now();
    await happen("tiers.changed", [changed(1), changed(2)]);
    await send();
    const late = await endpoint("/late");
    world().clock.advance({ hours: 1 });
    const period = { from: from.toISOString(), to: world().clock.now().toISOString() };
    const replay = async (endpoint_id: number, body: object) =>
      owner.call("POST", `/api/webhooks/endpoints/${endpoint_id}/replay`, { ...period, ...body });
    // the events' own instants are those of the database, and lie outside of the period of a clock that stands still
    await query("update channels.webhook_message set occurred_at = $1 where made_at >= $1", [from]);
    expect((await replay(early.endpoint_id, { failed_only: true })).body).toEqual({ deliveries: 0 });
    expect((await replay(early.endpoint_id, {})).body).toEqual({ deliveries: 2 });
    expect((await replay(late.endpoint_id, {})).body).toEqual({ deliveries: 2 });
    await send();
    expect(receiver.at("/early")).toHaveLength(4);
    const ids = new Set(receiver.at("/early").map(({ id }) => id));
    expect(ids.size).toBe(2);
    expect(new Set(receiver.at("/late").map(({ id }) => id))).toEqual(ids);
    expect(await replay(early.endpoint_id, { to: period.from })).toMatchObject({
      status: 422,
      body: { code: "channels.replay_period" },
    });
  });

  it("addresses that lead inside are refused, and none is shown whole", async () => {
    const add = (address: string) =>
      owner.call("POST", "/api/webhooks/endpoints", { name: "试", address, kinds: ["tier.changed"] });
    for (const address of [
      "http://example.com/hook",
      "https://127.0.0.1/hook",
      "https://169.254.169.254/latest",
      "https://[::1]/hook",
      "https://user:pw@example.com/hook",
      "https://example.com:8443/hook",
    ])
      expect(await add(address)).toMatchObject({ status: 422, body: { code: "channels.address_refused" } });
    expect((await add(`${receiver.url}/hook?token=very-secret`)).status).toBe(201);
    const listed = JSON.stringify((await owner.call("GET", "/api/webhooks/endpoints")).body);
    expect(listed).not.toContain("very-secret");
    expect(listed).not.toContain("whsec_");
    expect(
      await owner.call("POST", "/api/webhooks/endpoints", { name: "x", address: receiver.url, kinds: ["no.such"] }),
    ).toMatchObject({
      status: 422,
      body: { code: "channels.kinds_unknown" },
    });
    const [row] = await query<{ row: string }>("select to_json(e)::text as row from channels.endpoint e");
    expect(row?.row).not.toContain("very-secret");
  });
});
