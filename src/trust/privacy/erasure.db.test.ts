import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CANARY, canaryRecords, WANTED } from "../../../tests/support/canary-member.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { id, memberOf, record, rows, send } from "../../../tests/support/member-records.ts";
import { deliverAll } from "../../../tests/support/outbox.ts";
import { changeMatrix, type PersonSession, type Staff, staffOf, sessionOf } from "../../../tests/support/people.ts";
import { codeOf } from "../../../tests/support/sign-in.ts";
import { dumpOf, filesBelow, hitsIn, lakeText } from "../../../tests/support/residue-scan.ts";
import { runQueuedJobs } from "../../../tests/support/queued-jobs.ts";
import {
  accept,
  drainPipeline,
  ensureSource,
  mapImport,
  runImport,
  type Source,
  uploadFile,
} from "../../ingest/index.ts";
import { refreshLake } from "../../lake/index.ts";
import { build } from "../../query/index.ts";
import { followMembers, settleMembership } from "../../segments/index.ts";
import { bookOf, computeAll, settleTags } from "../../tags/index.ts";
import { settleTiers } from "../../tiers/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { computeRfm } from "../../value/index.ts";
import { forgetRetained } from "./retained.ts";

const world = withDatabase();
const ground = () => world().ground;
let staff: Staff;
let officer: PersonSession;
let crm: Source;
let canary = 0;
let bystander = 0;

beforeAll(async () => {
  staff = await staffOf(world());
  officer = await staff.add("privacy_officer");
  crm = await ensureSource(ground(), { key: "crm", name: "CRM", kind: "rest" });
  await send(ground(), crm, canaryRecords());
  // refused: the original stays sealed, to be mended
  await accept(
    ground(),
    crm,
    [record("order", "2026-02-10", [id("phone", "137-9876-5432")], { order_no: "", status: "no such status" })],
    { protocol: "rest" },
  );
  await importOf(`${CANARY.phone} ${CANARY.name}.csv`);
  await drainPipeline(ground());
  canary = await memberOf(ground(), crm, "crm_id", CANARY.crm);
  bystander = await memberOf(ground(), crm, "crm_id", "B1");
  await settleEverything();
  await officerActs();
});
afterAll(async () => staff.app.close());

/** A file with the canary in a good row and in a row that is refused. */
async function importOf(file_name: string): Promise<void> {
  const lines = [
    "crm_id,phone,name,birthday",
    `${CANARY.crm},${CANARY.phone},${CANARY.name},${CANARY.birthday}`,
    `,"137 9876 5432",${CANARY.name},no day at all`,
  ];
  async function* bytes() {
    yield Buffer.from(`${lines.join("\n")}\n`);
  }
  const upload = await uploadFile(ground(), { source_id: crm.source_id, file_name, stream: bytes() });
  const { record_kind, mapping } = upload.guess;
  await mapImport(ground(), upload.import_id, { record_kind: record_kind ?? "member", mapping });
  const control = { signal: new AbortController().signal, cancelled: () => false, progress: async () => {} };
  expect(await runImport(ground(), upload.import_id, control)).toMatchObject({ rows: 2, accepted: 1, rejected: 1 });
}

async function settleEverything(): Promise<void> {
  await deliverAll(world());
  await settleTags(ground(), bookOf(ground()));
  await settleTiers(ground());
  await followMembers(ground());
  await settleMembership(ground());
  await refreshLake(ground());
}

/** A segment, a snapshot and an export that hold the canary, a tier by hand, computed layers. */
async function officerActs(): Promise<void> {
  await computeRfm(ground(), { thresholds: "first" });
  await computeAll(ground(), bookOf(ground()), { signal: new AbortController().signal, progress: async () => {} });
  const condition = build.equals(build.member("city"), "厦门");
  const saved = await staff.owner.call("POST", "/api/segments", { name: "厦门的会员", condition });
  expect(saved.status).toBe(201);
  await settleEverything();
  const wish = {
    segment_id: saved.body["segment_id"],
    format: "csv",
    language: "zh",
    reason: "测试导出一份名单",
    columns: ["member_id"],
  };
  const offered = (await staff.owner.call("GET", "/api/segments/export-columns")).body as {
    columns: { key: string; personal: boolean }[];
  };
  const asked = await staff.owner.call("POST", "/api/segments/exports", {
    ...wish,
    columns: offered.columns
      .filter(({ personal }) => !personal)
      .slice(0, 6)
      .map(({ key }) => key),
  });
  expect(asked.status).toBe(202);
  await runQueuedJobs(world());
}

async function everyHit(): Promise<string[]> {
  const text = await dumpOf(world());
  const found = text.split("\n").flatMap((line) => hitsIn(WANTED, line.slice(0, 120), Buffer.from(line)));
  for (const file of await filesBelow(ground().config.data_dir))
    found.push(...hitsIn(WANTED, file, await readFile(file)));
  found.push(...hitsIn(WANTED, "the lake, read", Buffer.from(await lakeText(ground().config.data_dir))));
  return found;
}

async function tokensOf(): Promise<string[]> {
  const found = await rows<{ token: string }>(
    ground(),
    `select token from members.holding h join members.party p using (party_id) where p.member_id = $1
     union select key from members.search_key k join members.party p using (party_id) where p.member_id = $1
     union select token from members.fact f join members.party p using (party_id) where p.member_id = $1 and token is not null`,
    [canary],
  );
  return found.map(({ token }) => token);
}

describe("deletion end to end", () => {
  let request_id = 0;
  let tokens: string[] = [];

  it("begins with the canary everywhere: the scanner sees its blind indexes and its rows", async () => {
    expect(canary).toBeGreaterThan(0);
    tokens = (await tokensOf()).filter((token) => token.length > 8);
    expect(tokens.length).toBeGreaterThan(10);
    const text = await dumpOf(world());
    expect(tokens.filter((token) => text.includes(token)).length).toBe(tokens.length);
    const seen = await rows<{ n: number }>(ground(), "select count(*) as n from tags.current where member_id = $1", [
      canary,
    ]);
    expect(seen).toEqual([{ n: 1 }]);
    // in clear only what is general enough to stand so, and file names
    const kinds = new Set((await everyHit()).map((hit) => hit.replace(/^.*: /, "")));
    expect([...kinds].some((kind) => kind.startsWith("鸟类鸣声学家"))).toBe(true);
  });

  it("ends with nothing: no value in plain, base64 or hexadecimal, no blind index, in tables, lake, files", async () => {
    request_id = await deletion(canary);
    await runAll();
    const view = (await officer.call("GET", `/api/privacy/requests/${request_id}`)).body;
    expect(view).toMatchObject({ state: "done", name_masked: null, has_proof: true });
    expect(await everyHit()).toEqual([]);
    const text = await dumpOf(world());
    expect(tokens.filter((token) => text.includes(token))).toEqual([]);
    for (const file of await filesBelow(ground().config.data_dir)) {
      const content = await readFile(file);
      expect(tokens.filter((token) => content.includes(token))).toEqual([]);
    }
  });

  it("leaves the sale as a sale without a member, and other people as they were", async () => {
    const orders = await rows(
      ground(),
      "select order_no, member_id, net_minor from catalogue.orders order by order_no",
    );
    expect(orders).toEqual([
      { order_no: "O-B1", member_id: bystander, net_minor: 2000 },
      { order_no: "O-QUIET-1", member_id: null, net_minor: 17600 },
    ]);
    expect((await officer.call("GET", `/api/members/${bystander}`)).body).toMatchObject({ name_masked: "王*" });
    const [invited] = await rows<{ identities: unknown[]; body: object }>(
      ground(),
      "select identities, body from ingest.record where kind = 'referral'",
    );
    expect(invited?.identities).toHaveLength(1);
    expect(invited?.body).toEqual({ role: "inviter", stage: "joined" });
  });

  it("is proved by steps and counts, and done again it changes nothing", async () => {
    const proof = (await officer.call("GET", `/api/privacy/requests/${request_id}/proof`)).body as {
      steps: { step: string }[];
      outcome: object;
    };
    expect(proof.steps.map(({ step }) => step)).toEqual([
      "received",
      "verified",
      "begun",
      "files",
      "retained",
      "record_store",
      "records",
      "residue",
      "lake",
      "processors",
      "done",
    ]);
    expect(proof.outcome).toMatchObject({ residue: { members: 0, member_tags: 0, segment_members: 0, rfm: 0 } });
  });
});

/** The person with a second factor that was shown just now. */
async function proved(person: PersonSession): Promise<PersonSession> {
  const { secret, factor_id } = (await person.call("POST", "/api/me/factors/totp", { name: "手机" })).body;
  const code = codeOf(world(), String(secret));
  const { headers } = await person.call("POST", `/api/me/factors/${String(factor_id)}/confirm`, { code });
  return sessionOf(staff.app, person.email, String(headers["set-cookie"]).split(";")[0] ?? "");
}

describe("what law wants kept", () => {
  it("stands sealed apart, read by nobody until the matrix says so at L4, audited, and is destroyed at its day", async () => {
    const listed = (await officer.call("GET", "/api/privacy/retained")).body as {
      items: { retained_id: number; kind: string; delete_on: string }[];
    };
    expect(listed.items.map(({ kind }) => kind).toSorted()).toEqual(["consent_evidence", "transactions"]);
    const evidence = listed.items.find(({ kind }) => kind === "consent_evidence");
    const url = `/api/privacy/retained/${evidence?.retained_id}`;
    expect((await officer.call("GET", url)).status).toBe(403);
    const security = await staff.add("security_admin");
    await changeMatrix(staff.owner, security, {
      cells: [{ role: "privacy_officer", permission: "privacy.retained", level: "L4", outcome: "allow" }],
    });
    // whatever the matrix says, not without a second factor that was shown just now
    expect((await officer.call("GET", url)).body).toMatchObject({ code: "access.step_up_required" });
    officer = await proved(officer);
    const opened = await officer.call("GET", url);
    expect(opened.body["content"]).toMatchObject({
      identifiers: expect.arrayContaining([{ kind: "phone", value: "+8613798765432" }]) as unknown,
      consent_evidence: [{ purpose: "marketing", medium: "sms", state: "granted", text_version: "v3" }],
    });
    const [audited] = await rows(
      ground(),
      "select actor from access.audit where action = 'privacy.retained_view' and succeeded",
    );
    expect(audited).toEqual({ actor: "privacy_officer" });
    expect(await forgetRetained(ground())).toBe(0);
    await ground().store.write(SYSTEM_SCOPE, (tx) => tx.query("update trust.retained set delete_on = '2026-01-01'"));
    expect(await forgetRetained(ground())).toBe(2);
    expect((await officer.call("GET", url)).body).toMatchObject({ content: null });
    expect(await rows(ground(), "select 1 from trust.retained where sealed is not null")).toEqual([]);
  });
});

describe("processors", () => {
  it("are told of a deletion with a due day, and what they answer is kept", async () => {
    const processor = {
      name: "短信服务商",
      service: "发送短信",
      data_classes: ["手机号"],
      contract_no: "HT-2026-01",
      contract_until: "2027-12-31",
      contact: "隐私负责人",
      state: "active",
    };
    const saved = await officer.call("PUT", "/api/privacy/processors", processor);
    const { processor_id } = saved.body;
    const number = await newMember("P1", "13655550001");
    const request_id = await deletion(number);
    await runAll();
    const notices = async () =>
      (await officer.call("GET", `/api/privacy/requests/${request_id}/notices`)).body["items"];
    expect(await notices()).toMatchObject([{ name: "短信服务商", told_at: null, answer: null, due_day: "2026-12-07" }]);
    const post = (what: string, body: object) =>
      officer.call("POST", `/api/privacy/requests/${request_id}/${what}`, body);
    expect((await post("answered", { processor_id, answer: "deleted" })).status).toBe(404);
    expect((await post("told", { processor_id, how: "接口删除，流水号 77" })).status).toBe(200);
    expect((await post("answered", { processor_id, answer: "deleted" })).status).toBe(200);
    expect(await notices()).toMatchObject([{ answer: "deleted", told_how: "接口删除，流水号 77" }]);
  });
});

describe("a deletion that is stopped", () => {
  it.each([1, 2, 3, 4, 5, 6])(
    "before its step %i goes on from there and ends the same",
    async (step) => {
      const phone = `1365555010${step}`;
      const number = await newMember(`S${step}`, phone);
      const request_id = await deletion(number);
      const job = world()
        .composition.domains.flatMap(({ jobs }) => jobs ?? [])
        .find(({ kind }) => kind === "trust.erase_member");
      const listening = keepDelivering();
      const stopped = job?.run({
        ground: ground(),
        job_id: "",
        input: { request_id },
        signal: new AbortController().signal,
        cancelled: () => false,
        progress: async (done) => {
          if (done === step) throw new Error("stopped");
        },
      });
      await expect(stopped).rejects.toThrow("stopped");
      await runQueuedJobs(world());
      await listening.stop();
      expect((await officer.call("GET", `/api/privacy/requests/${request_id}`)).body).toMatchObject({ state: "done" });
      const text = await dumpOf(world());
      const token = ground().vault.token("phone", `+86${phone}`);
      expect([text.includes(phone), text.includes(token)]).toEqual([false, false]);
    },
    60_000,
  );
});

async function newMember(crm_id: string, phone: string): Promise<number> {
  const identities = [id("crm_id", crm_id), id("phone", phone)];
  await send(ground(), crm, [record("member", "2026-02-05", identities, { name: "赵六", home_store_code: "XM01" })]);
  await deliverAll(world());
  return memberOf(ground(), crm, "crm_id", crm_id);
}

/** Files, checks and starts a deletion. @returns the request */
async function deletion(member_id: number): Promise<number> {
  const filed = await officer.call("POST", "/api/privacy/requests", { kind: "delete", member_id, via: "letter" });
  const request_id = Number(filed.body["request_id"]);
  await officer.call("POST", `/api/privacy/requests/${request_id}/identity`, { how: "document", document: "id_card" });
  expect((await officer.call("POST", `/api/privacy/requests/${request_id}/handle`, {})).status).toBe(200);
  return request_id;
}

async function runAll(): Promise<void> {
  const listening = keepDelivering();
  await runQueuedJobs(world());
  await listening.stop();
}

/** Delivers outbox events and settles tiers beside a job, as the workers of a process do. */
function keepDelivering(): { stop: () => Promise<void> } {
  let running = true;
  const loop = (async () => {
    while (running) {
      await deliverAll(world());
      await settleTags(ground(), bookOf(ground()));
      await settleTiers(ground());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    stop: async () => {
      running = false;
      await loop;
    },
  };
}
