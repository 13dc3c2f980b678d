import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Composition, compose } from "../../src/composition.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { createSource, type Source } from "../../src/ingest/index.ts";
import { searchMembers } from "../../src/members/search-store.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep } from "../../src/platform/timers.ts";
import { backupCommand, restoreCommand } from "../../src/recovery-commands.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { tokensIn } from "../../src/vault/exchange/token-text.ts";
import { keyStatus } from "../../src/vault/index.ts";
import { eraseNow } from "../support/erase-member.ts";
import { id, memberOf, record, send } from "../support/member-records.ts";

const KILLS = process.env["HUITOU_SOAK"] === "1" ? 60 : 10;
const MEMBERS = 400;
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** Lines of the command at which it is killed, a few milliseconds behind each: every step between two durable states. */
const PLACES = ["exchanging", "… tokens", "… ingest", "… members", "vault.sealed", "members.holding", "left 0"].concat([
  "vacuum",
  "… keys",
  "… journal",
]);

let folder = "";
let source: Source;
const said: string[] = [];
const say = (line: string) => said.push(line);
const at = (name: string): Config => loadConfig({ HUITOU_DATA: join(folder, name), HUITOU_DELETION_JOURNAL: folder });
const open = async (config = at("live")) =>
  compose({ config, clock: systemClock, log: makeLog("fatal"), domains: await loadDomains() });

async function opened<T>(run: (composition: Composition) => Promise<T>, config = at("live")): Promise<T> {
  const composition = await open(config);
  try {
    return await run(composition);
  } finally {
    await composition.close();
  }
}

interface Command {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

const exchange = (): Command => huitou("keys", "exchange-index");

function huitou(...args: string[]): Command {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: {
      ...process.env,
      VITEST: "",
      HUITOU_DATA: join(folder, "live"),
      HUITOU_DELETION_JOURNAL: folder,
      DATABASE_URL: "",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(child, "exit").then(([code]) => code as number | null);
  return { child, output: () => text, ended };
}

const person = (n: number) => ({
  phone: `199${String(70_000_000 + n * 7_331)}`,
  name: `欧阳${String.fromCodePoint(0x4e00 + n)}`,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "huitou-exchange-"));
  await chmod(folder, 0o755);
  await opened(async ({ ground }) => {
    source = await ground.store.write(SYSTEM_SCOPE, (tx) =>
      createSource(tx, { key: "crm", name: "crm", kind: "rest" }, new Date()),
    );
    const members = Array.from({ length: MEMBERS }, (_, n) => {
      const { phone, name } = person(n);
      return record("member", "2026-05-01", [id("crm_id", `E${n}`), id("phone", phone)], { name });
    });
    await send(ground, source, members);
    // every tenth is known by a bare number as well
    const orders = Array.from({ length: MEMBERS / 10 }, (_, n) =>
      record("login", "2026-05-02", [id("phone", person(n * 10).phone)]),
    );
    await send(ground, source, orders);
  });
});
afterAll(async () => {
  await opened(async () => undefined).catch(() => undefined);
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

interface State {
  readonly version: number;
  readonly members: readonly number[];
  readonly found: readonly unknown[];
  readonly tokens: ReadonlySet<string>;
  readonly sealed: number;
}

/** Who everybody is and what finds them, with the tokens by which it is done now. */
function stateOf(): Promise<State> {
  return opened(async ({ ground }) => {
    const { version } = { version: (await keyStatus(ground)).index_version };
    const members: number[] = [];
    for (let n = 0; n < MEMBERS; n += 7) members.push(await memberOf(ground, source, "crm_id", `E${n}`));
    return ground.store.read(SYSTEM_SCOPE, async (tx) => {
      const found: unknown[] = [];
      for (const n of [3, 40, 77]) {
        const { phone, name } = person(n);
        for (const typed of [phone, phone.slice(-4), name]) {
          const { items } = await searchMembers(tx, ground, typed, SYSTEM_SCOPE);
          found.push([typed, items.map((item) => [item.member_id, item.matched_by])]);
        }
      }
      const rows = await tx.query<{ token: string }>(
        "select token from vault.sealed union select token from members.holding union select key from members.search_key where kind <> 'phone_last4'",
      );
      const opening = await ground.vault.open(
        tx,
        rows.map(({ token }) => token),
      );
      return { version, members, found, tokens: new Set(rows.map(({ token }) => token)), sealed: opening.size };
    });
  });
}

async function expectGone(tokens: ReadonlySet<string>): Promise<void> {
  await opened(async ({ ground }) => {
    const { rows } = await ground.vault.access.keys.pool.query<{ token: string }>("select token from sealing_key");
    expect(rows.filter(({ token }) => tokens.has(token))).toEqual([]);
    const journal = await readFile(ground.vault.access.journal.file, "utf8");
    expect(tokensIn(journal).filter((token) => tokens.has(token))).toEqual([]);
    await ground.store.read(SYSTEM_SCOPE, async (tx) => {
      for (const table of ["vault.sealed", "members.holding", "members.fact", "members.search_key", "ingest.record"]) {
        const lines = await tx.query<{ line: string }>(`select t::text as line from ${table} t`);
        expect([table, lines.filter(({ line }) => tokensIn(line).some((token) => tokens.has(token))).length]).toEqual([
          table,
          0,
        ]);
      }
    });
  });
}

const folderOf = async (of: string) => join(folder, of, (await readdir(join(folder, of)))[0] ?? "");

test("refuses in words while the platform runs, and changes nothing", async () => {
  await opened(async ({ ground }) => {
    await ground.store.read(SYSTEM_SCOPE, (tx) => tx.query("select 1"));
    const command = exchange();
    expect(await command.ended).toBe(2);
    expect(command.output()).toContain("更换索引密钥时平台必须停下");
  });
  expect((await stateOf()).version).toBe(1);
});

test("kill -9 at any place: what is there is the old or goes on to the new, and then nothing is of the old", async () => {
  // a back-up of before, and somebody who was erased behind it
  await opened(async (composition) => {
    expect(await backupCommand(composition, ["--to", join(folder, "b"), "--keys-to", join(folder, "k")], say)).toBe(0);
    await eraseNow(composition.ground, await memberOf(composition.ground, source, "crm_id", "E1"));
  });
  const first = await stateOf();
  let { tokens, version } = first;
  let killed = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const place = PLACES[round % PLACES.length] ?? "";
    const command = exchange();
    while (command.child.exitCode === null && !command.output().includes(place)) await sleep(2);
    await sleep(Math.floor(Math.random() * 40));
    if (command.child.kill("SIGKILL")) killed += 1;
    await command.ended;
    if (!command.output().includes("Version")) {
      // unfinished: nothing else opens it, and what tries ends
      const other = huitou("keys", "status");
      const code = await other.ended;
      expect(code === 0 || other.output().includes("索引密钥的更换还没有完成"), other.output()).toBe(true);
    }
    // what the killed one had asked of the database may take a moment to end
    for (let again = 0; again < 5; again += 1) {
      const rest = exchange();
      const code = await rest.ended;
      if (code === 0) break;
      expect(rest.output()).toContain("更换索引密钥时平台必须停下");
      await sleep(1_000);
    }
    const now = await stateOf();
    expect(now.version).toBeGreaterThan(version);
    expect({ ...now, version: 0, tokens: 0 }).toEqual({ ...first, version: 0, tokens: 0 });
    await expectGone(tokens);
    ({ tokens, version } = now);
  }
  expect(killed).toBeGreaterThan(KILLS / 2);
});

test("a back-up of before is refused in words; one of after brings back everybody but who was erased", async () => {
  const [from, keys] = [await folderOf("b"), await folderOf("k")];
  const refusal = await restoreCommand(at("old"), ["--from", from, "--keys", keys], say).then(
    () => "restored",
    (error: { code?: string }) => error.code,
  );
  expect(refusal).toBe("vault.journal_newer");
  // beside the running installation it goes through the exchanges since, all of them, and then the deletions are replayed
  expect(await restoreCommand(at("live"), ["--from", from, "--keys", keys, "--force-into-new"], say)).toBe(0);
  const beside = (await readdir(folder)).find((name) => name.startsWith("live-restored")) ?? "";
  const live = await stateOf();
  await opened(async ({ ground }) => {
    expect((await keyStatus(ground)).index_version).toBe(live.version);
    expect(await memberOf(ground, source, "crm_id", "E1")).toBe(-1);
    for (const n of [0, 7, 70]) expect(await memberOf(ground, source, "crm_id", `E${n}`)).toBe(live.members[n / 7]);
  }, at(beside));
  await opened(async (composition) => {
    expect(await backupCommand(composition, ["--to", join(folder, "b2"), "--keys-to", join(folder, "k2")], say)).toBe(
      0,
    );
    await eraseNow(composition.ground, await memberOf(composition.ground, source, "crm_id", "E2"));
  });
  const [newer, newer_keys] = [await folderOf("b2"), await folderOf("k2")];
  expect(await restoreCommand(at("new"), ["--from", newer, "--keys", newer_keys], say)).toBe(0);
  await opened(async ({ ground }) => {
    expect(await memberOf(ground, source, "crm_id", "E0")).toBeGreaterThan(0);
    expect(await memberOf(ground, source, "crm_id", "E1")).toBe(-1);
    expect(await memberOf(ground, source, "crm_id", "E2")).toBe(-1);
  }, at("new"));
});
