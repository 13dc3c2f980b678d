import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mysql from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sleep } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { addPull, type PullInput, runPull } from "./pull.ts";

const SERVER = "/usr/sbin/mariadbd";
const world = withDatabase();
const quiet = { signal: new AbortController().signal, progress: async () => undefined };

/** Needs Debian's mariadb-server, and is part of the long tests. */
describe.skipIf(process.env["HUITOU_LONG"] !== "1" || !existsSync(SERVER))("pulling from MariaDB", () => {
  let folder: string;
  let server: ChildProcess;
  let admin: mysql.Connection;
  let port: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "huitou-mariadb-"));
    port = await freePort();
    const data = `--datadir=${join(folder, "data")}`;
    execFileSync(
      "mariadb-install-db",
      ["--no-defaults", data, "--user=root", "--auth-root-authentication-method=normal"],
      { stdio: "ignore" },
    );
    const socket = join(folder, "s");
    server = spawn(
      SERVER,
      ["--no-defaults", data, `--socket=${socket}`, `--port=${port}`, "--bind-address=127.0.0.1", "--user=root"],
      { stdio: "ignore" },
    );
    for (let attempt = 0; ; attempt += 1) {
      try {
        admin = await mysql.createConnection({ socketPath: socket, user: "root", multipleStatements: true });
        break;
      } catch (error) {
        if (attempt > 100) throw error;
        await sleep(200);
      }
    }
    await admin.query(`create database shop character set utf8mb4; use shop;
      create user reader@localhost identified by 'täst''s'; grant select on shop.* to reader@localhost`);
  });

  afterAll(async () => {
    await admin.end();
    server.kill("SIGTERM");
    await new Promise((resolve) => server.once("exit", resolve));
    await rm(folder, { recursive: true, force: true });
  });

  function input(name: string, change: Partial<PullInput> = {}): PullInput {
    return {
      name,
      dialect: "mysql",
      host: "127.0.0.1",
      port,
      database: "shop",
      user: "reader",
      password: "täst's",
      table: "sale",
      cursor_column: "changed_at",
      key_column: "id",
      record_kind: "order",
      mapping: {
        order_no: { column: "receipt" },
        "lines.sku": { column: "sku" },
        "lines.product_name": { column: "title" },
        "lines.quantity": { column: "qty" },
        "lines.unit_price": { column: "price" },
        "identity.phone": { column: "phone" },
        occurred_at: { column: "sold_at" },
      },
      every_seconds: 60,
      ...change,
    };
  }

  async function taken(source_id: number) {
    return world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ line_no: string; at: Date; name: string; price: string }>(
        `select line ->> 'line_no' as line_no, occurred_at as at, line ->> 'product_name' as name, line ->> 'unit_price' as price
         from ingest.record join ingest.inbox using (inbox_id), jsonb_array_elements(body -> 'lines') line
         where source_id = $1 order by (line ->> 'line_no')::numeric`,
        [source_id],
      ),
    );
  }

  test("ties, late rows and large keys; each row once, texts and times as they are", async () => {
    const { ground } = world();
    await admin.query(`create table sale (id bigint unsigned primary key, receipt varchar(20), sku varchar(20), title varchar(40),
      qty decimal(10,2), price decimal(10,4), phone varchar(20), sold_at timestamp null, changed_at datetime(6));
      insert into sale select 18446744073709540000 + seq, concat('R', seq div 3), concat('S', seq mod 7), '龙井🍵', 2, 9.9000,
        concat('1390000', lpad(seq mod 50, 4, '0')), '2026-11-01 10:00:00', '2026-11-01 02:00:00.123456' from seq_1_to_7000`);
    const pull = await addPull(ground, input("mariadb till"));
    expect(await runPull(ground, pull.pull_id, quiet)).toMatchObject({
      rows: 7_000,
      accepted: 7_000,
      rejected: 0,
      complete: true,
    });
    const rows = await taken(pull.source_id);
    expect(rows.length).toBe(7_000);
    expect(rows.at(-1)).toMatchObject({ line_no: "18446744073709547000", name: "龙井🍵", price: "9.9" });
    await admin.query(
      "insert into sale select 7, 'L1', 'S1', 'late', 1, 1, '13900000001', '2026-11-01 10:00:00', '2026-11-01 01:58:00'",
    );
    await runPull(ground, pull.pull_id, quiet);
    expect((await taken(pull.source_id)).length).toBe(7_001);
    expect((await runPull(ground, pull.pull_id, quiet)).accepted).toBe(0);
  });

  test("an instant column is read in UTC whatever the server's zone", async () => {
    const { ground } = world();
    await admin.query(`set time_zone = '-07:00'; create table one (id int primary key, receipt varchar(9), sku varchar(9), title varchar(9),
      qty int, price decimal(6,2), phone varchar(11), sold_at timestamp null, changed_at int);
      insert into one values (1, 'R1', 'S', 't', 1, 1.5, '13900000001', '2026-11-01 03:00:00', 5)`);
    const pull = await addPull(ground, input("mariadb zone", { table: "shop.one", cursor_column: "changed_at" }));
    await runPull(ground, pull.pull_id, quiet);
    const [row] = await taken(pull.source_id);
    expect(row?.at.toISOString()).toBe("2026-11-01T10:00:00.000Z");
  });

  test("a wrong password is told by its code, never by its words", async () => {
    await expect(addPull(world().ground, input("mariadb wrong", { password: "geheim" }))).rejects.toMatchObject({
      code: "pull.connect_failed",
      message: expect.not.stringContaining("geheim"),
      params: expect.objectContaining({ reason: "ER_ACCESS_DENIED_ERROR" }),
    });
  });
});

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
