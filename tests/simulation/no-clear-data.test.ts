import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setUp } from "../../src/access/index.ts";
import { type Composition, compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { createSource, rotateKey } from "../../src/ingest/index.ts";
import { mapImport, startImportJob, uploadFile } from "../../src/ingest/imports/import.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep } from "../../src/platform/timers.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { needlesOf, scanFolder, scanTexts } from "../support/canary.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const owner = { brand_name: "山野茶", name: "林", email: "owner@example.com", password: "longjing-spring-1987" };
/** Nothing else of the platform could contain these. */
const PHONES = ["19971110001", "19971110002", "19971110003", "19971110004"];
const TEXTS = ["欧阳朔望", "canary.moon@example.com", "衢州市烂柯山路 77 号", "11010519491231002X"];
const [NAME, EMAIL, ADDRESS, ID_NUMBER] = TEXTS as [string, string, string, string];

let folder = "";
let port = 0;
let server: ChildProcess;
let log = "";
const data = () => join(folder, "data");

async function opened<T>(run: (composition: Composition) => Promise<T>): Promise<T> {
  const composition = await compose({
    config: loadConfig({ HUITOU_DATA: data(), HUITOU_DELETION_JOURNAL: folder }),
    clock: systemClock,
    log: makeLog("fatal"),
    domains: await loadDomains(),
  });
  try {
    return await run(composition);
  } finally {
    await composition.close();
  }
}

function huitou(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: {
      ...process.env,
      VITEST: "",
      HUITOU_DATA: data(),
      HUITOU_DELETION_JOURNAL: folder,
      DATABASE_URL: "",
      PORT: String(port),
      LOG_LEVEL: "debug",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  return child;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port: found } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return found;
}

const keys = { segment: "", sensors: "" };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "huitou-clear-"));
  await chmod(folder, 0o755);
  port = await freePort();
  await opened(async ({ ground }) => {
    await setUp(ground, owner, undefined);
    for (const kind of ["segment", "sensors"] as const)
      keys[kind] = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const source = await createSource(tx, { key: kind, name: kind, kind }, new Date());
        return rotateKey(tx, source.source_id, new Date(), 0);
      });
  });
  server = huitou("all", "--empty");
  while (!/^ready$/m.test(log) && server.exitCode === null) await sleep(50);
});
afterAll(async () => {
  server.kill("SIGKILL");
  await opened(async () => undefined).catch(() => undefined);
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

const call = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, init);

async function sendAll(): Promise<void> {
  const headers = { authorization: `Bearer ${keys.segment}`, "content-type": "application/json" };
  const at = new Date().toISOString();
  const [phone, second, third] = PHONES as [string, string, string];
  const said = `请打 ${phone} 找${NAME}，寄到${ADDRESS}`;
  const batch = [
    {
      type: "identify",
      messageId: "i1",
      userId: "u1",
      traits: { phone, email: EMAIL, name: NAME, address: ADDRESS },
      timestamp: at,
    },
    {
      type: "track",
      messageId: "t1",
      userId: "u1",
      event: "Comment",
      properties: { comment: said, contact: EMAIL },
      timestamp: at,
    },
    {
      type: "track",
      messageId: "t2",
      userId: "u1",
      event: "Product Viewed",
      properties: { sku: "T1", note: ID_NUMBER },
      timestamp: at,
    },
    {
      type: "identify",
      messageId: "bad1",
      userId: "u2",
      traits: { phone: `${second}转8001`, name: NAME },
      timestamp: "never",
    },
    { type: "unheard-of", messageId: "bad2", userId: phone, traits: { name: NAME, address: ADDRESS }, timestamp: at },
  ];
  expect((await call("/v1/batch", { method: "POST", headers, body: JSON.stringify({ batch, sentAt: at }) })).ok).toBe(
    true,
  );
  await call("/v1/batch", {
    method: "POST",
    headers,
    body: `{"batch": [{"type": "identify", "traits": {"phone": "${second}"`,
  });
  const profile = {
    type: "profile_set",
    distinct_id: "d1",
    time: Date.now(),
    _flush_time: Date.now(),
    _track_id: 1,
    identities: { $identity_login_id: "d1", $identity_mobile: third },
    properties: { name: NAME, email: EMAIL },
  };
  const form = `data_list=${encodeURIComponent(Buffer.from(JSON.stringify([profile])).toString("base64"))}`;
  const sensors = await call(`/sa?token=${keys.sensors}`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: form,
  });
  expect(sensors.ok).toBe(true);
}

/** What people do with the values: look for them, open them, and mistype addresses that contain them. */
async function lookAtAll(): Promise<void> {
  const session = await call("/api/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: owner.email, password: owner.password }),
  });
  const cookie = String(session.headers.get("set-cookie")).split(";")[0] ?? "";
  const found = await call(`/api/members/search?q=${PHONES[0]}`, { headers: { cookie } });
  const { items } = (await found.json()) as { items: { member_id: number }[] };
  expect(items.length).toBe(1);
  const page = await call(`/api/members/${items[0]?.member_id}`, { headers: { cookie } });
  expect(page.ok).toBe(true);
  await call(`/api/members/${items[0]?.member_id}/timeline`, { headers: { cookie } });
  await call(`/api/members/search?q=${encodeURIComponent(NAME)}`, { headers: { cookie } });
  await call(`/api/members/${PHONES[0]}`, { headers: { cookie } });
  await call(`/api/nothing/${PHONES[0]}?phone=${PHONES[1]}`, { headers: { cookie } });
  await call("/api/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: EMAIL, password: "x" }),
  });
}

async function importFile({ ground }: Composition): Promise<void> {
  const rows = [
    `r1,2026-10-01 10:00:00,s1,2,9.90,${PHONES[3]},${NAME}`,
    `r2,2026-10-01 10:00:00,s2,many,9.90,${PHONES[3]},${NAME}`,
  ];
  const stream = (async function* () {
    yield Buffer.from(`小票号,销售时间,货号,数量,单价,手机号,备注\n${rows.join("\n")}\n`);
  })();
  const row = await uploadFile(ground, { file_name: "till.csv", stream });
  await mapImport(ground, row.import_id, { record_kind: "order", mapping: row.guess.mapping });
  await startImportJob(ground, row.import_id, "run");
  const state = () =>
    ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.one<{ state: string }>("select state from ingest.import where import_id = $1", [row.import_id]),
    );
  for (let n = 0; n < 400 && !/done|failed|finished/.test((await state())?.state ?? ""); n += 1) await sleep(50);
}

const NEEDLES = needlesOf([...PHONES, ...TEXTS]);

// looking through every byte of two copies of a database takes its minute
test.runIf(process.env["HUITOU_SOAK"] === "1")(
  "no clear personal data in dump, lake, logs, spool, uploads, database files and write-ahead log",
  async () => {
    await sendAll();
    await opened(async (composition) => {
      await importFile(composition);
      const { ground } = composition;
      for (let n = 0; n < 200; n += 1) {
        const row = await ground.store.read(SYSTEM_SCOPE, (tx) =>
          tx.one<{ waiting: number }>("select count(*)::int as waiting from ingest.inbox where state = 'received'"),
        );
        if (row?.waiting === 0) break;
        await sleep(50);
      }
      const rejects = await ground.store.read(SYSTEM_SCOPE, (tx) =>
        tx.one<{ n: number }>("select count(*)::int as n from ingest.reject"),
      );
      expect(rejects?.n).toBeGreaterThanOrEqual(1);
    });
    await lookAtAll();
    const backup = huitou("backup", "--to", join(folder, "b"), "--keys-to", join(folder, "k"));
    expect((await once(backup, "exit"))[0], log.slice(-2_000)).toBe(0);
    server.kill("SIGTERM");
    await once(server, "exit");
    // what is looked for can be found, and the log is one that says much
    expect(await scanTexts([`x${JSON.stringify({ NAME })}y`], NEEDLES, "")).not.toEqual([]);
    expect(log).toContain('"level":20');
    expect(await scanTexts([log], NEEDLES, "log")).toEqual([]);
    expect(await scanFolder(join(folder, "b"), NEEDLES)).toEqual([]);
    expect(await scanFolder(join(folder, "k"), NEEDLES)).toEqual([]);
    // all of it: lake, spool, uploads, tables, indexes and write-ahead log as PostgreSQL wrote them
    expect(await scanFolder(data(), NEEDLES)).toEqual([]);
  },
);
