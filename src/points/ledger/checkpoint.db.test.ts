import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asSuperuser } from "../../../tests/support/audit-chain.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { receiverState } from "../../access/audit/sender.ts";
import { Receiver } from "../../access/audit/receiver.ts";
import { serveReceiver } from "../../access/audit/receiver-server.ts";
import { signerOf, suiteOf } from "../../access/audit/suites.ts";
import type { CheckpointSender } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { ledgerCommand, ledgerOf } from "../index.ts";
import { ledgerSender, verifySigned } from "./checkpoint.ts";

const world = withDatabase();
let dir: string;
let server: Server;
let ground: Ground;
let sender: CheckpointSender;
let keys = 0;

const earn = () =>
  ledgerOf(world().ground).submit({
    key: `signed ${(keys += 1)}`,
    command: { type: "earn", owner: 1, points: 5, reference: `signed ${keys}` },
  });
const query = <Row>(text: string) => world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query<Row>(text));
const harmed = (sql: string) => asSuperuser(world().composition.databases.admin_url, (client) => client.query(sql));
/** Sends until there is nothing more to say. */
async function settle(): Promise<void> {
  while (await sender.round());
}
/** What the command says of the ledger, and its exit code. */
async function verify(on = ground) {
  const said: string[] = [];
  const code = await ledgerCommand(on, ["verify", "--json"], (line) => said.push(line));
  const { findings, signed } = JSON.parse(said.join("")) as {
    findings: { check: string; wrong: number }[];
    signed: Awaited<ReturnType<typeof verifySigned>>;
  };
  return { code, wrong: findings.filter((one) => one.wrong > 0).map(({ check }) => check), signed };
}
const CUT = `
  delete from points.transfer where batch_id > 4; delete from points.request where batch_id > 4;
  delete from points.lot where batch_id > 4; delete from points.batch where batch_id > 4;
  update points.account set balance = (select -coalesce(sum(points), 0) from points.transfer) where kind = 'issuer';
  update points.head h set batch_id = b.batch_id, hash = b.hash, transfer_id = (select count(*) from points.transfer)
    from points.batch b where b.batch_id = 4`;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "huitou-ledger-receiver-"));
  const witness = signerOf(suiteOf("ed25519")?.generate().private_pem ?? "");
  server = serveReceiver(await Receiver.open(dir, witness, world().clock));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const audit_receiver = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  ground = { ...world().ground, config: { ...world().ground.config, audit_receiver } };
  sender = await ledgerSender(ground);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(dir, { recursive: true, force: true });
});

describe("states of the ledger", () => {
  test("are signed, witnessed by the receiver of the audit log under a name of their own, and agree with the chain", async () => {
    for (let at = 0; at < 6; at += 1) {
      await earn();
      await settle();
    }
    const kept = await query<{ batch_id: number; witnessed: boolean }>(
      "select batch_id, receipt is not null as witnessed from points.checkpoint order by batch_id",
    );
    expect(kept).toEqual([1, 2, 3, 4, 5, 6].map((batch_id) => ({ batch_id, witnessed: true })));
    expect((await receiverState(ground, "points.receiver")).state).toBe("answering");
    expect(await verify()).toEqual({
      code: 0,
      wrong: [],
      signed: { checkpoints: 12, newest: 6, wrong: 0, receiver: "answered" },
    });
    await settle();
    expect(await query("select count(*)::int as n from points.checkpoint")).toEqual([{ n: 6 }]);
  });

  test("are never changed by the application; a signature that does not hold is found", async () => {
    await expect(query("delete from points.checkpoint")).rejects.toThrow(/never changed/);
    const forge = (from: string, to: string) =>
      harmed(
        `update points.checkpoint set checkpoint = jsonb_set(checkpoint, '{made_at}', to_jsonb(replace(checkpoint ->> 'made_at', '${from}', '${to}'))) where batch_id = 2`,
      );
    await forge("Z", "+00:00");
    expect(await verify()).toMatchObject({ code: 1, wrong: [], signed: { wrong: 1 } });
    await forge("+00:00", "Z");
    expect((await verify()).code).toBe(0);
  });

  test("find a flipped, a removed and an exchanged row although all hashes behind it were computed anew", async () => {
    const saved = `create table if not exists public.kept_batch as select * from points.batch;
      create table if not exists public.kept_transfer as select * from points.transfer`;
    const back = `delete from points.batch; insert into points.batch select * from public.kept_batch;
      delete from points.transfer; insert into points.transfer select * from public.kept_transfer;
      update points.head set hash = (select hash from points.batch order by batch_id desc limit 1)`;
    const anew = `do $$ declare b record; before bytea := decode(repeat('00', 32), 'hex'); begin
      for b in select * from points.batch order by batch_id loop
        update points.batch set previous_hash = before,
          hash = points.batch_hash(before, b.first_transfer_id, b.transfers, b.batch_id) where batch_id = b.batch_id returning hash into before;
      end loop; update points.head set hash = before; end $$`;
    await harmed(saved);
    const harms: readonly [string, string][] = [
      ["flip", "update points.transfer set points = points + 1 where transfer_id = 3"],
      ["delete", "delete from points.transfer where transfer_id = 3"],
      [
        "reorder",
        `update points.transfer set transfer_id = -transfer_id where transfer_id in (3, 4);
         update points.transfer set transfer_id = 7 + transfer_id where transfer_id < 0`,
      ],
    ];
    for (const [name, harm] of harms) {
      await harmed(harm);
      const plain = await verify();
      expect([name, plain.code, plain.wrong.includes("hash")]).toEqual([name, 1, true]);
      expect(plain.signed.wrong).toBe(0);
      await harmed(anew);
      const whole = await verify();
      expect([name, whole.wrong.includes("hash"), whole.wrong.includes("chain")]).toEqual([name, false, false]);
      expect([name, whole.code, whole.signed.wrong > 0]).toEqual([name, 1, true]);
      await harmed(back);
      expect([name, (await verify()).code]).toEqual([name, 0]);
    }
  });

  test("find that the newest rows were cut off, where everything else agrees; also when what was signed here went with them", async () => {
    await harmed(CUT);
    const found = await verify({ ...ground, config: { ...ground.config, audit_receiver: "" } });
    expect(found).toEqual({
      code: 1,
      wrong: [],
      signed: { checkpoints: 6, newest: 6, wrong: 2, receiver: "none" },
    });
    await harmed("delete from points.checkpoint where batch_id > 4");
    expect((await verify({ ...ground, config: { ...ground.config, audit_receiver: "" } })).code).toBe(0);
    expect(await verify()).toMatchObject({ code: 1, wrong: [], signed: { wrong: 2, receiver: "answered" } });
    // the ledger goes on, and the receiver does not follow another history
    await earn();
    await settle();
    expect((await receiverState(ground, "points.receiver")).state).toBe("forked");
  });
});
