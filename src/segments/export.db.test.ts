import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import exceljs from "exceljs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { build as q } from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { bookOf, settleTags } from "../tags/index.ts";
import { countCondition } from "./count.ts";
import { exportColumns, NAME, PHONE } from "./export-columns.ts";
import { runExport } from "./export-run.ts";
import {
  cancelExport,
  expireExports,
  type ExportWish,
  openExport,
  requestExport,
  visibleExport,
  visibleExports,
} from "./exports.ts";
import { EXPORT_KEPT_DAYS } from "./limits.ts";
import { saveSegment } from "./segments.ts";
import { takeSnapshot } from "./snapshots.ts";

const world = withDatabase();
const NOW = new Date("2026-11-22T08:00:00Z");
const editor = { person_id: null, name: "Test" };
const COLUMNS = ["member_id", NAME, PHONE, "members.home_store_code", "tag.city_tier", "tag.spend_365d", "rfm.cell"];
let segment_id: number;
let owner: OwnerSession;
/** Every phone and name in clear, to be looked for where they must not be. */
let clear: string[];

beforeAll(async () => {
  const { ground, clock } = world();
  clock.set(NOW);
  await seedWorld(ground, { members: 40, seed: 4, until: NOW });
  await deliverAll(world());
  await settleTags(ground, bookOf(ground));
  ({ segment_id } = await saveSegment(
    ground,
    { name: "有手机的", description: "", condition: q.equals(q.member("has_phone"), true) },
    editor,
  ));
  owner = await signInOwner(world());
  clear = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const rows = await tx.query<{ token: string }>(
      "select unnest(array[name_token, phone_token]) as token from members.profile",
    );
    const opened = await ground.vault.open(
      tx,
      rows.map(({ token }) => token).filter((token) => token !== null),
    );
    return [...opened.values()].map(({ value }) => value).filter((value) => [...value].length > 1);
  });
});

afterAll(() => owner.app.close());

const wish = (more: Partial<ExportWish> = {}): ExportWish => ({
  segment_id,
  columns: COLUMNS,
  format: "csv",
  language: "zh",
  reason: "唤醒短信，交给供应商",
  ...more,
});

async function run(export_id: number, more: { signal?: AbortSignal; cancelled?: () => boolean } = {}) {
  const quiet = { signal: new AbortController().signal, cancelled: () => false, progress: async () => {} };
  return runExport({ ground: world().ground, input: { export_id }, ...quiet, ...more });
}

async function fileOf(export_id: number): Promise<Buffer> {
  const { ground } = world();
  const parts: Buffer[] = [];
  for await (const part of await openExport(ground, await visibleExport(ground, SYSTEM_SCOPE, export_id)))
    parts.push(part);
  return Buffer.concat(parts);
}

const made = async (more: Partial<ExportWish> = {}, scope = SYSTEM_SCOPE) => {
  const { export_id } = await requestExport(world().ground, scope, wish(more), editor);
  await run(export_id);
  return export_id;
};

const inClear = (text: string) => clear.filter((value) => text.includes(value));

async function storedBytes(): Promise<string> {
  const { ground } = world();
  const parts = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ sealed: Buffer }>("select sealed from segments.export_part"),
  );
  const folder = ground.config.data_dir;
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), "latin1")));
  return [...parts.map(({ sealed }) => sealed.toString("latin1")), ...texts].join("\n");
}

describe("an export of members", () => {
  test("holds each member of the segment once, personal values masked, and no phone or name in clear", async () => {
    expect(clear.length).toBeGreaterThan(40);
    const export_id = await made();
    const file = await fileOf(export_id);
    const lines = file.toString("utf8").split("\r\n").slice(0, -1);
    expect(lines[0]).toBe("\uFEFF会员编号,姓名（脱敏）,手机号（脱敏）,归属门店,城市级别,近一年消费,RFM 分层·格");
    const { count } = await countCondition(world().ground, SYSTEM_SCOPE, q.equals(q.member("has_phone"), true));
    expect(lines.length - 1).toBe(count);
    expect(lines.slice(1).every((line) => /^\d+,[^,]*,(\d{3}\*{4}\d{4})?,/.test(line))).toBe(true);
    expect(lines.slice(1).some((line) => /\d{3}\*{4}\d{4}/.test(line))).toBe(true);
    expect(inClear(file.toString("utf8"))).toEqual([]);
    const view = (await visibleExports(world().ground, SYSTEM_SCOPE, segment_id)).find(
      (one) => one.export_id === export_id,
    );
    expect(view).toMatchObject({ state: "done", rows: count, bytes: file.length });
    expect(view?.sha256).toBe(createHash("sha256").update(file).digest("hex"));
  });

  test("lies sealed: neither its parts nor any file hold a line of it", async () => {
    const export_id = await made();
    const line = (await fileOf(export_id)).toString("utf8").split("\r\n")[1] ?? "";
    const stored = await storedBytes();
    expect(stored).not.toContain(Buffer.from(line).toString("latin1"));
    expect(inClear(stored)).toEqual([]);
  });

  test("as a workbook it is read by another program, amounts in major units as numbers", async () => {
    const file = await fileOf(await made({ format: "xlsx", language: "en" }));
    const book = new exceljs.Workbook();
    await book.xlsx.load(file as unknown as ArrayBuffer);
    const sheet = book.worksheets[0];
    expect(sheet?.getRow(1).getCell(1).value).toBe("Member id");
    const spends = (sheet?.getColumn(6).values.slice(2) ?? []).filter((value) => value !== null && value !== undefined);
    expect(spends.length).toBeGreaterThan(0);
    expect(spends.every((value) => typeof value === "number")).toBe(true);
    expect(inClear(JSON.stringify(sheet?.getSheetValues()))).toEqual([]);
  });

  test("personal columns in clear are marked, and cannot be had by whoever is not given them", async () => {
    const { columns } = exportColumns(world().ground);
    const keys = columns.filter(({ personal }) => personal).map(({ key }) => key);
    expect(keys).toEqual(
      expect.arrayContaining(["name", "phone", "members.gender", "members.birth_day", "tag.gender"]),
    );
    for (const key of ["tag.gender", "phone", "members.birth_year"]) {
      await expect(requestExport(world().ground, SYSTEM_SCOPE, wish({ columns: [key] }), editor)).rejects.toMatchObject(
        {
          code: "segments.export_column",
        },
      );
    }
  });

  test("with columns in clear, where they are given, it holds what was sealed, and still nowhere but in the file", async () => {
    const { ground } = world();
    const columns = ["member_id", "name", "phone", "members.gender", NAME, PHONE];
    const { export_id } = await requestExport(ground, SYSTEM_SCOPE, wish({ columns }), editor, { personal: true });
    await run(export_id);
    const text = (await fileOf(export_id)).toString("utf8");
    const lines = text.split("\r\n");
    expect(lines[0]).toBe("\uFEFF会员编号,姓名（明文）,手机号（明文）,性别,姓名（脱敏）,手机号（脱敏）");
    expect(lines[1]).toMatch(/^\d+,[^,*]*,1\d{10},[^,]*,[^,]*,1\d{2}\*{4}\d{4}$/);
    expect(inClear(text).length).toBeGreaterThan(10);
    expect(inClear(await storedBytes())).toEqual([]);
  });

  test("a snapshot is exported as it was kept", async () => {
    const { ground } = world();
    const some = q.compare(q.member("member_id"), "<=", 20);
    const { snapshot_id, members } = await takeSnapshot(ground, { name: "一号名单", condition: some }, editor);
    const export_id = await made({ segment_id: undefined, snapshot_id, columns: ["member_id"] });
    const lines = (await fileOf(export_id)).toString("utf8").split("\r\n").slice(1, -1);
    expect(lines.map(Number)).toHaveLength(members);
    await expect(requestExport(ground, SYSTEM_SCOPE, wish({ snapshot_id }), editor)).rejects.toMatchObject({
      code: "segments.export_source",
    });
  });

  test("a purpose has to be stated, and no phone is kept in it", async () => {
    const { ground } = world();
    await expect(requestExport(ground, SYSTEM_SCOPE, wish({ reason: " 查 " }), editor)).rejects.toMatchObject({
      code: "segments.export_reason",
    });
    const { reason } = await requestExport(ground, SYSTEM_SCOPE, wish({ reason: "给 13812345678 回电" }), editor);
    expect(reason).toBe("给 138****5678 回电");
  });
});

describe("who may have the file, and how long", () => {
  test("people who see some stores get their members only, and no file of others", async () => {
    const { ground } = world();
    const [store] = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ code: string }>(
        "select home_store_code as code from members.profile where home_store_code is not null limit 1",
      ),
    );
    const scope = { ...SYSTEM_SCOPE, stores: [String(store?.code)] };
    const all = await made();
    const own = await made({ columns: ["member_id", "members.home_store_code"] }, scope);
    const lines = (await fileOf(own)).toString("utf8").split("\r\n").slice(1, -1);
    expect(new Set(lines.map((line) => line.split(",")[1])).size).toBe(1);
    await expect(visibleExport(ground, scope, all)).rejects.toMatchObject({ code: "segments.export_not_found" });
    const seen = (await visibleExports(ground, scope, null)).map(({ export_id }) => export_id);
    expect([seen.includes(own), seen.includes(all)]).toEqual([true, false]);
  });

  test("after seven days it is refused at once, then destroyed with its key", async () => {
    const { ground, clock } = world();
    const export_id = await made();
    clock.set(new Date(NOW.getTime() + EXPORT_KEPT_DAYS * 86_400_000));
    await expect(fileOf(export_id)).rejects.toMatchObject({ code: "segments.export_gone" });
    expect(await expireExports(ground)).toBeGreaterThan(0);
    clock.set(NOW);
    await expect(fileOf(export_id)).rejects.toMatchObject({ code: "segments.export_gone" });
    const parts = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query("select 1 from segments.export_part where export_id = $1", [export_id]),
    );
    expect(parts).toEqual([]);
  });

  test("cancelled in the middle, nothing is left of it", async () => {
    const { ground } = world();
    const { export_id } = await requestExport(ground, SYSTEM_SCOPE, wish(), editor);
    const stop = new AbortController();
    stop.abort();
    await run(export_id, { signal: stop.signal, cancelled: () => true });
    expect(await visibleExport(ground, SYSTEM_SCOPE, export_id)).toMatchObject({ state: "cancelled", rows: null });
    await expect(fileOf(export_id)).rejects.toMatchObject({ code: "segments.export_not_ready" });
    const done = await made();
    expect(await cancelExport(ground, SYSTEM_SCOPE, done)).toMatchObject({ state: "cancelled" });
    await expect(fileOf(done)).rejects.toMatchObject({ code: "segments.export_not_ready" });
  });

  test("left in the middle by its process, it lies sealed and is made anew from the beginning", async () => {
    const { ground } = world();
    const { export_id } = await requestExport(ground, SYSTEM_SCOPE, wish(), editor);
    // what a killed process leaves: the state running and some parts
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await tx.query("update segments.export set state = 'running' where export_id = $1", [export_id]);
      await tx.query(
        "insert into segments.export_part (export_id, part, sealed) values ($1, 0, '\\x00'), ($1, 5, '\\x00')",
        [export_id],
      );
    });
    expect(inClear(await storedBytes())).toEqual([]);
    await run(export_id);
    const lines = (await fileOf(export_id)).toString("utf8").split("\r\n").slice(1, -1);
    expect(lines).toHaveLength((await visibleExport(ground, SYSTEM_SCOPE, export_id)).rows ?? -1);
  });

  test("the request and each fetching leave an audit row with the purpose", async () => {
    const { ground } = world();
    const asked = await owner.post("/api/segments/exports", wish());
    expect(asked.status).toBe(202);
    const { export_id } = asked.body as { export_id: number };
    await run(export_id);
    const signed = await owner.app.inject({
      method: "POST",
      url: "/api/session",
      payload: { email: "owner@example.com", password: "longjing-spring-1987" },
    });
    const cookie = String(signed.headers["set-cookie"]).split(";")[0] ?? "";
    const url = `/api/segments/exports/${export_id}/file`;
    const fetched = await owner.app.inject({ method: "GET", url, headers: { cookie } });
    expect([fetched.statusCode, fetched.headers["content-type"]]).toEqual([200, "text/csv; charset=utf-8"]);
    expect(fetched.rawPayload.equals(await fileOf(export_id))).toBe(true);
    expect((await owner.app.inject({ method: "GET", url })).statusCode).toBe(401);
    const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ action: string; subject: Record<string, unknown>; status: number }>(
        "select action, subject, status from access.audit where action like 'segments.export%' and subject ->> 'export_id' = $1 order by at, sequence",
        [String(export_id)],
      ),
    );
    expect(rows.map(({ action, status }) => [action, status])).toEqual([
      ["segments.export", 202],
      ["segments.export_download", 200],
    ]);
    for (const { subject } of rows) expect(subject["reason"]).toBe("唤醒短信，交给供应商");
  });
});
