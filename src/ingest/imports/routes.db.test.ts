import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { offerSetup } from "../../access/index.ts";
import { makeServer } from "../../server.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { importJobs } from "./jobs.ts";
import { JOB_KINDS } from "./import.ts";

const world = withDatabase();
let app: FastifyInstance;
let cookie = "";

beforeAll(async () => {
  app = await makeServer(world().composition, { ready: true });
  const token = await offerSetup(world().ground);
  const owner = { brand_name: "山野茶", name: "林", email: "lin@tea.cn", password: "longjing-spring-1987" };
  const done = await app.inject({ method: "POST", url: "/api/setup", payload: { token, ...owner } });
  cookie = String(done.headers["set-cookie"]).split(";")[0] ?? "";
});
afterAll(async () => app.close());

const BOUNDARY = "----huitou";

function form(file_name: string, content: string | Buffer) {
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${file_name}"\r\ncontent-type: text/csv\r\n\r\n`;
  return {
    payload: Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]),
    headers: { cookie, "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
  };
}

const get = (url: string) => app.inject({ method: "GET", url, headers: { cookie } });
const post = (url: string) => app.inject({ method: "POST", url, headers: { cookie } });

/** Does at once what the worker would do with the job that was queued last. */
async function work(what: keyof typeof JOB_KINDS, import_id: number): Promise<void> {
  const queued = await post(`/api/imports/${import_id}/${what}`);
  expect(queued.statusCode).toBe(202);
  const { ground } = world();
  const job = importJobs.find((kind) => kind.kind === JOB_KINDS[what]);
  const context = { ground, job_id: "", input: { import_id }, signal: new AbortController().signal };
  await job?.run({ ...context, cancelled: () => false, progress: async () => undefined });
  const { job_id } = queued.json() as { job_id: string };
  await ground.store.pool.query("update store.job set state = 'done' where job_id = $1", [job_id]);
}

test("the wizard's calls, from the upload to the undo", async () => {
  const content = "会员卡号,手机号,姓名,生日\nM1,13900000001,王小明,1990-01-02\nM2,13900000002,李雷,1899-12-30\n";
  const uploaded = await app.inject({ method: "POST", url: "/api/imports", ...form("会员.csv", content) });
  expect(uploaded.statusCode).toBe(201);
  const view = uploaded.json() as { import_id: number; mapping: object; record_kind: string; columns: object[] };
  expect(view).toMatchObject({
    record_kind: "member",
    format: "csv",
    encoding: "utf-8",
    rows: null,
    state: "uploaded",
  });
  expect(view.columns[1]).toMatchObject({
    name: "手机号",
    samples: ["139****0001", "139****0002"],
    guess: { field: "identity.phone" },
  });
  const at = `/api/imports/${view.import_id}`;

  expect((await post(`${at}/run`)).json()).toMatchObject({ code: "import.not_mapped" });
  const mapping = { record_kind: view.record_kind, mapping: view.mapping };
  const mapped = await app.inject({ method: "PUT", url: `${at}/mapping`, headers: { cookie }, payload: mapping });
  expect(mapped.json()).toMatchObject({ state: "mapped" });

  await work("check", view.import_id);
  expect((await get(at)).json()).toMatchObject({
    state: "checked",
    rows: 2,
    report: { rows: 2, accepted: 1, rejected: 1 },
  });
  const problems = (await get(`${at}/problems`)).json() as { items: object[] };
  expect(problems.items).toEqual([
    {
      row: 3,
      column: "生日",
      code: "row.date_too_early",
      value_masked: "1899-12-**",
      sentence_zh: expect.stringContaining("1899"),
      sentence_en: expect.stringContaining("1899"),
    },
  ]);

  await work("run", view.import_id);
  expect((await get(at)).json()).toMatchObject({
    state: "done",
    report: { accepted: 1, by_code: [{ code: "row.date_too_early", count: 1 }] },
  });
  const errors = await get(`${at}/errors.csv`);
  expect(errors.headers["content-type"]).toBe("text/csv; charset=utf-8");
  expect(errors.body).toMatch(
    /^\uFEFF会员卡号,手机号,姓名,生日,行号 row,原因,reason,code\r\nM2,13900000002,李雷,1899-12-30,3,/,
  );

  await work("undo", view.import_id);
  expect((await get(at)).json()).toMatchObject({ state: "undone" });
  expect(((await get("/api/imports")).json() as { items: object[] }).items.length).toBe(1);
  expect((await app.inject({ method: "DELETE", url: at, headers: { cookie } })).statusCode).toBe(204);
  expect((await get(at)).statusCode).toBe(404);
});

test("a file that is no table is answered with a sentence, and nothing is kept", async () => {
  const answer = await app.inject({ method: "POST", url: "/api/imports", ...form("a.csv", "%PDF-1.7") });
  expect(answer.json()).toMatchObject({
    status: 422,
    code: "import.not_a_table",
    detail_zh: expect.stringContaining("PDF"),
  });
  expect(((await get("/api/imports")).json() as { items: object[] }).items).toEqual([]);
});

test("the vocabulary names every field and identity a column can map to", async () => {
  const { kinds } = (await get("/api/imports/vocabulary")).json() as {
    kinds: { kind: string; fields: { name: string }[]; identities: object[] }[];
  };
  const order = kinds.find((kind) => kind.kind === "order");
  expect(order?.fields.map((field) => field.name)).toEqual(
    expect.arrayContaining(["order_no", "occurred_at", "lines.sku", "lines.quantity"]),
  );
  expect(order?.identities).toContainEqual(expect.objectContaining({ kind: "phone", name: "identity.phone" }));
});

test("nobody uploads without being signed in", async () => {
  const { payload, headers } = form("a.csv", "a,b\n1,2\n");
  const answer = await app.inject({
    method: "POST",
    url: "/api/imports",
    payload,
    headers: { ...headers, cookie: "" },
  });
  expect(answer.statusCode).toBe(401);
});

test("an undo by somebody whose cell asks for approval waits for a reason, then for a colleague", async () => {
  const content = "会员卡号,手机号\nM7,13900000007\n";
  const uploaded = await app.inject({ method: "POST", url: "/api/imports", ...form("会员.csv", content) });
  const { import_id, record_kind, mapping } = uploaded.json<{
    import_id: number;
    record_kind: string;
    mapping: object;
  }>();
  const payload = { record_kind, mapping };
  await app.inject({ method: "PUT", url: `/api/imports/${import_id}/mapping`, headers: { cookie }, payload });
  await work("check", import_id);
  await work("run", import_id);
  const person = { name: "运营", email: "yun@tea.cn", role: "operator" };
  const invited = await app.inject({ method: "POST", url: "/api/people", headers: { cookie }, payload: person });
  const token = new URL(invited.json<{ link: string }>().link).searchParams.get("token");
  const joined = await app.inject({
    method: "POST",
    url: "/api/invitation",
    payload: { token, password: "longjing-spring-1987" },
  });
  const own = { cookie: String(joined.headers["set-cookie"]).split(";")[0] ?? "" };
  const undo = (headers: object = {}) =>
    app.inject({ method: "POST", url: `/api/imports/${import_id}/undo`, headers: { ...own, ...headers } });
  expect((await undo()).json()).toMatchObject({ status: 422, code: "access.approval_reason" });
  const reason = { "huitou-approval-reason": encodeURIComponent("导错了文件") };
  const asked = (await undo(reason)).json<{ code: string; params: { approval_id: number } }>();
  expect(asked).toMatchObject({ code: "access.approval_asked" });
  expect((await undo(reason)).json<{ params: object }>().params).toMatchObject({
    approval_id: asked.params.approval_id,
  });
});
