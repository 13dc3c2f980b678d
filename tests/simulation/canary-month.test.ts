import { DuckDBInstance } from "@duckdb/node-api";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { generateSync } from "otplib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { offerSetup } from "../../src/access/index.ts";
import { startBackground } from "../../src/background.ts";
import { type Composition, compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { createSource, drainPipeline, importCommand, rotateKey, type SourceKind } from "../../src/ingest/index.ts";
import { closeLake } from "../../src/lake/index.ts";
import { FakeClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { needlesOf, scanDatabase, scanFolder, scanTexts } from "../support/canary.ts";
import { Browser, PASSWORD } from "../support/sign-in.ts";

const long = process.env["HUITOU_SOAK"] === "1";
const DAYS = 30;
const NIGHT_EVERY_DAYS = 10;

/** People whom nobody else is: what tells who they are occurs nowhere by chance. */
const CANARIES = Array.from({ length: 2 }, (_, i) => ({
  phone: `1397913${5846 + i * 7}`,
  name: `欧阳璟霖${"甲乙丙丁戊己庚辛壬癸子丑"[i]}`,
  email: `oriole.${1913 + i}@canary-tea.example`,
  address: `梧桐弄${771 + i}号金丝雀楼${906 + i}室`,
  openid: `oCaNaRy${5_521_907 + i}QxZ`,
  card_no: `KX77${880_417 + i}`,
  remark: `请联系我的邻居金翅${4431 + i}号`,
}));
const VALUES = CANARIES.flatMap((one) => Object.values(one));
const NEEDLES = needlesOf(VALUES);

let folder: string;
let clock: FakeClock;
let composition: Composition;
let app: FastifyInstance;
let url: string;
const keys = new Map<SourceKind, string>();
const texts: string[] = [];

async function send(path: string, body: unknown, key: string): Promise<void> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  const answer = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  texts.push(await answer.text());
}

/** Whatever the sources may say of a person on a day, right and wrong, by every way in. */
async function aDay(day: number): Promise<void> {
  const at = clock.now().toISOString();
  for (const [i, one] of CANARIES.entries()) {
    const identities = [
      { kind: "phone", value: one.phone },
      { kind: "card_no", value: one.card_no },
    ];
    const { name, address, remark } = one;
    const rest = keys.get("rest") ?? "";
    await send(
      "/api/records",
      {
        records: [
          {
            kind: "member",
            occurred_at: at,
            identities,
            body: { name, address, birthday: "1961-09-17" },
          },
          {
            kind: "review",
            occurred_at: at,
            identities,
            body: { rating: 5, text: `${remark}，电话${one.phone}`, sku: `T-${day}` },
          },
          { kind: "service", occurred_at: at, identities, body: { note: `${name} ${one.phone}` } },
          {
            kind: "order",
            occurred_at: at,
            identities,
            body: { order_no: `C-${day}-${i}`, remark: `${address} ${one.phone}`, lines: [] },
          },
          { kind: "browse", occurred_at: at, identities, body: { page: `https://tea.cn/me?phone=${one.phone}` } },
          { kind: "no_such_kind", occurred_at: at, identities, body: { name } },
          { kind: "member", occurred_at: "yesterday", identities, body: { name, address } },
        ],
      },
      rest,
    );
    const traits = { name, phone: one.phone, email: one.email, address: { street: address }, note: remark };
    await send("/v1/identify", { userId: `u-${i}`, traits, timestamp: at }, keys.get("segment") ?? "");
    const track = {
      userId: `u-${i}`,
      event: "Products Searched",
      properties: { query: `${name} ${one.phone}` },
      timestamp: at,
    };
    await send(
      "/v1/track",
      { ...track, context: { page: { url: `https://tea.cn/?m=${one.email}` } } },
      keys.get("segment") ?? "",
    );
    const profile = { $name: name, $phone: one.phone, $email: one.email, $address: address };
    const sensors = { type: "profile_set", distinct_id: one.openid, time: clock.now().getTime(), properties: profile };
    await send(`/sa?project=default&token=${keys.get("sensors")}`, sensors, keys.get("sensors") ?? "");
  }
  await drainPipeline(composition.ground);
}

/** Every job that a schedule starts, as in a night. */
async function aNight(): Promise<void> {
  const { ground, domains } = composition;
  const kinds = new Map(domains.flatMap((domain) => [...(domain.jobs ?? [])]).map((job) => [job.kind, job]));
  for (const { kind, input } of domains.flatMap((domain) => [...(domain.schedules ?? [])])) {
    const context = { ground, job_id: "00000000-0000-7000-8000-000000000000", input: input ?? {} };
    const quiet = { signal: new AbortController().signal, cancelled: () => false, progress: async () => {} };
    await kinds
      .get(kind)
      ?.run({ ...context, ...quiet })
      .catch((error: unknown) => texts.push(String(error)));
  }
}

async function importFile(): Promise<void> {
  const rows = CANARIES.map((one, i) => [
    `M${i}`,
    one.name,
    i % 3 === 0 ? `${one.phone}000` : one.phone,
    one.address,
    "1899-13-45",
  ]);
  const path = join(folder, "..", `canary-${process.pid}.csv`);
  await writeFile(
    path,
    [["会员编号", "姓名", "手机号", "地址", "入会时间"], ...rows].map((row) => row.join(",")).join("\n"),
  );
  await importCommand(composition.ground, [path, "--source", "pos", "--kind", "member"], (line) => texts.push(line));
  await rm(path);
  await drainPipeline(composition.ground);
}

/** What somebody who works with it all day is given: lists, pages, searches, errors, exports. */
async function aPerson(): Promise<void> {
  const token = await offerSetup(composition.ground);
  const browser = new Browser(() => app);
  const person = { brand_name: "山野茶", name: "林", email: "owner@example.com", password: PASSWORD };
  expect((await browser.call("POST", "/api/setup", { token, ...person })).status).toBe(201);
  const { body } = await browser.call("POST", "/api/me/factors/totp", { name: "手机" });
  const { secret, factor_id } = body as { secret: string; factor_id: number };
  const code = generateSync({ secret, epoch: Math.floor(clock.now().getTime() / 1000) });
  await browser.call("POST", `/api/me/factors/${factor_id}/confirm`, { code });
  const ask = async (method: "GET" | "POST", path: string, payload?: object) => {
    const answer = await browser.call(method, path, payload);
    texts.push(JSON.stringify(answer.body));
    return answer;
  };
  for (const { phone, name } of CANARIES) {
    const found = await ask("GET", `/api/members/search?q=${phone}`);
    const [member] = (found.body as { items: { member_id: number }[] }).items;
    expect(member, "the planted people are members").toBeDefined();
    await ask("GET", `/api/members/search?q=${encodeURIComponent(name)}`);
    await ask("GET", `/api/members/${member?.member_id}`);
    await ask("GET", `/api/members/${member?.member_id}/timeline`);
    await ask("GET", `/api/members/${member?.member_id}/tags`);
    await ask("GET", `/api/members/${phone}`);
  }
  for (const path of [
    "/api/members?limit=200",
    "/api/rejects",
    "/api/identity-conflicts",
    "/api/joins",
    "/api/jobs",
    "/api/imports",
  ])
    await ask("GET", path);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "huitou-canary-"));
  await chmod(folder, 0o755);
  clock = new FakeClock(new Date());
  const log = makeLog("debug", { path: join(folder, "huitou.log") });
  const config = { ...loadConfig({ HUITOU_DATA: folder }), log_level: "debug" };
  composition = await compose({ config, clock, log, domains: await loadDomains() });
  const { ground } = composition;
  app = await (await import("../../src/server.ts")).makeServer(composition, { ready: true });
  await app.listen({ port: 0, host: "127.0.0.1" });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  for (const [kind, key] of [
    ["rest", "pos"],
    ["segment", "mall"],
    ["sensors", "mini"],
  ] as const) {
    const made = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const { source_id } = await createSource(tx, { key, name: key, kind }, clock.now());
      return rotateKey(tx, source_id, clock.now(), 0);
    });
    keys.set(kind, made);
  }
});
afterAll(async () => {
  await app.close();
  await closeLake(composition.ground);
  await composition.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

describe.runIf(long)("no clear personal data", () => {
  it("lies anywhere after a month of records, errors, imports, nights and work", async () => {
    const stop = await startBackground(composition);
    await importFile();
    for (let day = 0; day < DAYS; day += 1) {
      await aDay(day);
      if (day % NIGHT_EVERY_DAYS === NIGHT_EVERY_DAYS - 1) await aNight();
      clock.advance({ days: 1 });
    }
    await aPerson();
    await stop();
    // what somebody wrote in a review is theirs to be read, without the numbers in it
    const shown = NEEDLES.filter(({ value }) => !value.startsWith("请联系"));
    expect(await scanTexts(texts, shown, "answers")).toEqual([]);
    expect(await scanDatabase(composition.databases.admin_url, NEEDLES)).toEqual([]);
    expect(await scanDatabase(composition.databases.keys_url, NEEDLES)).toEqual([]);
    expect(await scanParquet()).toEqual([]);
    expect(await scanFolder(folder, NEEDLES)).toEqual([]);
  });

  it("and the scan would have seen it", async () => {
    const [one] = CANARIES;
    const lost = Buffer.from(`somebody wrote ${one?.name}`).toString("base64");
    const place = await mkdtemp(join(folder, "lost-"));
    await writeFile(join(place, "lost.bin"), lost);
    const { ground } = composition;
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("insert into store.setting (name, value) values ('lost', to_jsonb($1::text))", [`tel ${one?.phone}`]),
    );
    expect((await scanFolder(place, NEEDLES)).map(({ form }) => form)).toContain("base64");
    expect(await scanDatabase(composition.databases.admin_url, NEEDLES)).toMatchObject([
      { place: "store.setting", form: "plain" },
    ]);
  });
});

async function scanParquet() {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".parquet"));
  expect(files.length).toBeGreaterThan(0);
  const database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  const found = [];
  for (const file of files) {
    const reader = await connection.runAndReadAll(
      `select t::varchar as text from read_parquet('${join(folder, file)}') t`,
    );
    const rows = reader.getRows().map(([text]) => String(text));
    found.push(...(await scanTexts(rows, NEEDLES, file)));
  }
  connection.closeSync();
  return found;
}
