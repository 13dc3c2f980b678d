import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { appendMany, asSuperuser, entry } from "../../../tests/support/audit-chain.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { signDocument } from "./checkpoint.ts";
import { auditCommand } from "./commands.ts";
import { hostIdentity } from "./host-key.ts";
import { Receiver } from "./receiver.ts";
import { serveReceiver } from "./receiver-server.ts";
import { cutAudit } from "./retention.ts";
import { CheckpointSender, receiverState } from "./sender.ts";
import { signerOf, suiteOf, type Signer } from "./suites.ts";
import { verifyAudit } from "./verification.ts";

const world = withDatabase();
const admin = () => world().composition.databases.admin_url;
let dir: string;
let witness: Signer;
let receiver: Receiver;
let server: Server;
let ground: Ground;
let sender: CheckpointSender;

const acts = (count: number, at = world().clock.now()) =>
  appendMany(
    ground,
    Array.from({ length: count }, () => entry(at)),
  );
const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const against = () => ({ checkpoints: address(), public_pem: witness.public_pem });
/** Sends until there is nothing more to say. */
async function settle(): Promise<void> {
  while (await sender.round());
}
const state = async () => (await receiverState(ground)).state;

async function listen(port = 0): Promise<void> {
  receiver = await Receiver.open(dir, witness, world().clock);
  server = serveReceiver(receiver);
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
}
const silence = () =>
  new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "huitou-receiver-"));
  witness = signerOf(suiteOf("ed25519")?.generate().private_pem ?? "");
  await listen();
  ground = { ...world().ground, config: { ...world().ground.config, audit_receiver: address() } };
  sender = new CheckpointSender(ground, await hostIdentity(ground));
});
afterAll(async () => {
  await silence();
  await rm(dir, { recursive: true });
});

describe("a witness off the host", () => {
  test("gets the newest row, answers a signed receipt, and verification reaches that row", async () => {
    await acts(20);
    await settle();
    expect(await state()).toBe("answering");
    expect(await verifyAudit(ground, against())).toMatchObject({ ok: true, witnessed_sequence: 20 });
  });

  test("may see more while the chain is read: that is no truncation", async () => {
    const busy = createServer((request, response) => {
      void (async () => {
        await acts(3);
        await settle();
        const seen = await fetch(`${address()}${request.url}`);
        response.end(await seen.text());
      })();
    });
    await new Promise<void>((done) => busy.listen(0, "127.0.0.1", done));
    const checkpoints = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`;
    expect(await verifyAudit(ground, { ...against(), checkpoints })).toMatchObject({ ok: true });
    await new Promise((done) => busy.close(done));
  });

  test("sees rows cut off at the end, by whoever has the whole database and its checkpoints", async () => {
    await settle();
    const before = await verifyAudit(ground, against());
    await asSuperuser(admin(), async (client) => {
      await client.query("create table access.kept as table access.audit");
      await client.query("delete from access.audit where sequence > 15; delete from access.audit_checkpoint");
    });
    expect(await verifyAudit(ground)).toMatchObject({ ok: true });
    expect((await verifyAudit(ground, against())).broken).toEqual({ kind: "truncated", sequence: 16 });
    // the forger goes on writing: the receiver refuses a history that is not the one it saw
    await acts(30);
    await settle();
    expect(await state()).toBe("forked");
    expect((await verifyAudit(ground, against())).broken?.kind).toBe("forked");
    await asSuperuser(admin(), (client) =>
      client.query("delete from access.audit; insert into access.audit table access.kept; drop table access.kept"),
    );
    await settle();
    expect(await state()).toBe("answering");
    const after = await verifyAudit(ground, against());
    // the rows that were there, and one that says that the receiver answers again
    expect(after).toMatchObject({ ok: true, last_sequence: (before.last_sequence ?? 0) + 1 });
  });

  test("that is silent is reported and gets what it missed when it is back", async () => {
    const { port } = server.address() as AddressInfo;
    await silence();
    await acts(5);
    await settle();
    expect(await receiverState(ground)).toMatchObject({ state: "silent", failing_since: expect.any(String) });
    await listen(port);
    await settle();
    expect(await receiverState(ground)).toMatchObject({ state: "answering", failing_since: null });
    const turns = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ action: string }>(
        "select action from access.audit where phase = 'system' order by sequence desc limit 2",
      ),
    );
    expect(turns.map(({ action }) => action)).toEqual(["audit.receiver_answering", "audit.receiver_silent"]);
  });

  test("whose answer was lost is asked again without a doubled or a missing line", async () => {
    await settle();
    await acts(3);
    await settle();
    // the host forgets that it was answered
    await asSuperuser(admin(), (client) =>
      client.query(
        "delete from access.audit_checkpoint where sequence = (select max(sequence) from access.audit_checkpoint)",
      ),
    );
    await acts(2);
    expect(await sender.round()).toBe(true);
    await settle();
    expect(await state()).toBe("answering");
    expect(await verifyAudit(ground, against())).toMatchObject({ ok: true });
  });
});

describe("the receiver refuses", () => {
  beforeEach(settle);
  const host = () => hostIdentity(ground);

  async function send(change: object, signer?: Signer) {
    const { installation, signer: own } = await host();
    const newest = receiver.newest(installation)?.checkpoint;
    if (newest === undefined) throw new Error("nothing witnessed yet");
    const { suite: _, key_id: __, signature: ___, ...rest } = newest;
    const previous = { sequence: newest.sequence, hash: newest.hash };
    const next = { ...rest, sequence: newest.sequence + 1, hash: "a".repeat(64), previous, ...change };
    return receiver.take({ checkpoint: signDocument(next, signer ?? own), public_key: (signer ?? own).public_pem });
  }

  test.each([
    ["one that goes back", { sequence: 1 }, "goes_back"],
    ["another history of the same length", { sequence: -1 }, "malformed"],
    ["one that does not follow the newest", { previous: { sequence: 1, hash: "b".repeat(64) } }, "fork"],
    ["one that claims to be the first", { previous: null }, "fork"],
    ["one without a hash", { hash: "x" }, "malformed"],
  ])("%s", async (_, change, code) => {
    expect((await send(change)).body).toMatchObject({ code: `audit_receiver.${code}` });
  });

  test("one of the same sequence with another hash", async () => {
    const { installation } = await host();
    const sequence = receiver.newest(installation)?.checkpoint.sequence;
    expect(await send({ sequence })).toMatchObject({ status: 409, body: { code: "audit_receiver.fork" } });
  });

  test("one that is signed with another key than the first was", async () => {
    const stranger = signerOf(suiteOf("ed25519")?.generate().private_pem ?? "");
    expect(await send({}, stranger)).toMatchObject({ status: 403, body: { code: "audit_receiver.signature" } });
  });

  test("to start on a file that was touched", async () => {
    const { installation } = await host();
    const file = receiver.fileOf(installation) ?? "";
    const text = await readFile(file, "utf8");
    const lines = text.trimEnd().split("\n");
    await writeFile(file, `${[...lines.slice(0, 2), ...lines.slice(3)].join("\n")}\n`);
    await expect(Receiver.open(dir, witness, world().clock)).rejects.toThrow(/does not follow/);
    await writeFile(file, text);
    await appendFile(file, "");
  });
});

describe("huitou audit", () => {
  const run = async (...args: string[]) => {
    const lines: string[] = [];
    const code = await auditCommand(args, { say: (line) => lines.push(line), withGround: (work) => work(ground) });
    return { code, text: lines.join("\n") };
  };

  test("verify says in both languages what holds, and as JSON", async () => {
    const key = join(dir, "witness.pub");
    await writeFile(key, witness.public_pem);
    const good = await run("verify", "--checkpoints", address(), "--public-key", key);
    expect(good).toMatchObject({ code: 0, text: expect.stringMatching(/完好[\s\S]*Intact/) });
    const json = await run("verify", "--json");
    expect(JSON.parse(json.text)).toMatchObject({ ok: true, broken: null });
    const wrong = join(dir, "wrong.pub");
    await writeFile(wrong, suiteOf("ed25519")?.generate().public_pem ?? "");
    const forged = await run("verify", "--checkpoints", address(), "--public-key", wrong, "--json");
    expect(forged.code).toBe(1);
    expect(JSON.parse(forged.text)).toMatchObject({ broken: { kind: "checkpoint_forged" } });
    expect(await run("verify", "--checkpoints", "http://127.0.0.1:9")).toMatchObject({ code: 3 });
  });

  test("keygen and sign make the audit administrator a witness by a file", async () => {
    const name = join(dir, "auditor");
    expect((await run("keygen", "--out", name)).code).toBe(0);
    const file = join(dir, "signed.jsonl");
    expect((await run("sign", "--key", `${name}.key.pem`, "--out", file)).code).toBe(0);
    await acts(2);
    expect((await run("sign", "--key", `${name}.key.pem`, "--out", file)).code).toBe(0);
    const checked = await run("verify", "--checkpoints", file, "--public-key", `${name}.pub.pem`);
    expect(checked).toMatchObject({ code: 0 });
    await asSuperuser(admin(), (client) =>
      client.query(
        "create table access.kept as select * from access.audit; delete from access.audit where sequence > 10",
      ),
    );
    const broken = await run("verify", "--checkpoints", file, "--public-key", `${name}.pub.pem`);
    expect(broken).toMatchObject({
      code: 1,
      text: expect.stringMatching(/最新的记录被删[\s\S]*newest rows were cut off/),
    });
    expect((await run("sign", "--key", `${name}.key.pem`, "--out", file)).code).toBe(1);
    await asSuperuser(admin(), (client) =>
      client.query("delete from access.audit; insert into access.audit table access.kept; drop table access.kept"),
    );
  });

  test("a private key with a passphrase does not open without it", () => {
    const { private_pem, public_pem } = suiteOf("ed25519")?.generate("松萝") ?? { private_pem: "", public_pem: "" };
    expect(() => signerOf(private_pem)).toThrow();
    expect(signerOf(private_pem, "松萝").public_pem).toBe(public_pem);
  });
});

describe("retention", () => {
  test("cuts what is older than kept, with a signed record; the rest verifies against the receiver", async () => {
    const { clock } = world();
    await asSuperuser(admin(), (client) =>
      client.query("delete from access.audit; delete from access.audit_checkpoint"),
    );
    await silence();
    await rm(dir, { recursive: true });
    await listen(Number(new URL(ground.config.audit_receiver).port));
    const now = clock.now();
    clock.advance({ days: -500 });
    await acts(30);
    await settle();
    clock.set(now);
    await acts(10);
    await settle();
    expect(await cutAudit(ground, 7)).toBeGreaterThanOrEqual(30);
    await settle();
    const result = await verifyAudit(ground, against());
    expect(result).toMatchObject({ ok: true, broken: null });
    expect(result.first_sequence).toBeGreaterThan(30);
    expect(result.cut_to_sequence).toBe((result.first_sequence ?? 0) - 1);
    expect(await cutAudit(ground)).toBe(0);
  });

  test("never takes a row younger than 180 days, whatever it is told, nor rows without a record of the cut", async () => {
    const cut = (to: number) => ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("select access.cut_audit($1)", [to]));
    const { last_sequence } = await verifyAudit(ground);
    await expect(cut((last_sequence ?? 0) - 2)).rejects.toThrow(/needs its record/);
    world().clock.advance({ days: 400 });
    await expect(cutAudit(ground)).rejects.toThrow(/only be added to/);
    world().clock.advance({ days: -400 });
    expect(await verifyAudit(ground, against())).toMatchObject({ ok: true });
  });

  test("rows removed by hand with a record forged beside them are found", async () => {
    await acts(3);
    await settle();
    const { witnessed_sequence } = await verifyAudit(ground, against());
    await acts(5);
    await asSuperuser(admin(), (client) =>
      client.query("delete from access.audit where sequence <= $1", [witnessed_sequence]),
    );
    expect((await verifyAudit(ground, against())).broken).toMatchObject({ kind: "cut_unexplained" });
    const from = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.one<{ first: number; hash: string }>(
        "select sequence - 1 as first, encode(previous_hash, 'hex') as hash from access.audit order by sequence limit 1",
      ),
    );
    const subject = { to_sequence: from?.first, hash: from?.hash, at: "2026-11-22T02:00:00.000Z", retention_days: 180 };
    await appendMany(ground, [entry(world().clock.now(), { phase: "system", action: "audit.cut", subject })]);
    expect((await verifyAudit(ground, against())).broken).toMatchObject({ kind: "cut_forged" });
    // even signed on the host itself, what the receiver saw says that those rows were too young
    const signed = signDocument(subject, (await hostIdentity(ground)).signer);
    await appendMany(ground, [entry(world().clock.now(), { phase: "system", action: "audit.cut", subject: signed })]);
    expect((await verifyAudit(ground, against())).broken).toMatchObject({ kind: "cut_too_young" });
  });
});
