import exceljs from "exceljs";
import { beforeAll, describe, expect, it } from "vitest";
import { withAlertDesk } from "../../../tests/support/alert-desk.ts";
import { wellRun } from "../../../tests/support/assessed-desk.ts";
import { hostIdentity, signatureHolds } from "../../access/index.ts";
import { setSetting, SYSTEM_SCOPE } from "../../store/index.ts";
import { assess } from "./run.ts";
import type { AssessmentView } from "./view.ts";

const desk = withAlertDesk();
const ground = () => desk().world.ground;
let first = 0;

beforeAll(async () => {
  await wellRun(desk());
  first = (await assess(ground(), { person_id: null })) ?? 0;
});

const login = async () => {
  await desk().execute(
    `insert into access.session (token_hash, person_id, created_at, last_seen_at, assurance, last_strong_auth_at)
     select sha256(convert_to(email, 'UTF8')), person_id, $1, $1, 2, $1 from access.person where role in ('security_admin') on conflict do nothing`,
    [desk().world.clock.now()],
  );
};
const view = async (id = first) => {
  const answer = await desk().staff.app.inject({
    url: `/api/trust/assessments/${id}`,
    headers: { cookie: await cookie() },
  });
  return answer.json() as AssessmentView;
};
let kept: string | undefined;
async function cookie(): Promise<string> {
  if (kept !== undefined) return kept;
  await login();
  const { hashSecret, newSecret } = await import("../../platform/index.ts");
  const secret = newSecret();
  await desk().execute(
    "update access.session set token_hash = $1 where person_id in (select person_id from access.person where role = 'security_admin')",
    [hashSecret(secret)],
  );
  kept = `huitou=${secret}`;
  return kept;
}
const call = async (method: string, url: string, payload?: object) => {
  const answer = await desk().staff.app.inject({
    method: method as "GET",
    url,
    headers: { cookie: await cookie() },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: answer.body, raw: answer.rawPayload };
};
const today = "2026-12-01";

describe("an assessment", () => {
  it("shows the whole clause, what it did not look at, and what it assessed", async () => {
    const { clauses, items, subject, hash } = await view();
    expect(items).toHaveLength(60);
    const totals = clauses.map(({ clause, items: all, outside, counts }) => [
      clause,
      all,
      outside,
      Object.values(counts).reduce((a, b) => a + b),
    ]);
    expect(totals).toContainEqual(["8.1.4", 34, 0, 34]);
    expect(totals).toContainEqual(["8.1.5", 12, 0, 12]);
    expect(totals).toContainEqual(["8.1.10", 48, 48, 0]);
    expect(subject).toMatchObject({ version: "0.1.0", standard: "GB/T 22239-2019 8.1.4, 8.1.5" });
    expect(Number(subject["packages"])).toBeGreaterThan(100);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    for (const item of items)
      expect([item.id, item.result === "met" || item.step.zh.length > 5]).toEqual([item.id, true]);
  });

  it("cannot be changed afterwards", async () => {
    await expect(desk().execute("update trust.assessment_result set result = 'met'")).rejects.toThrow(/never changed/);
    await expect(desk().execute("update trust.assessment set hash = 'x'")).rejects.toThrow(/never changed/);
  });

  it("is signed by a person by name, once, and exported as JSON whose signature holds until a letter changes", async () => {
    const path = `/api/trust/assessments/${first}/signatures`;
    const statement = "所列结果与现场一致";
    expect((await call("POST", path, { statement })).status).toBe(200);
    expect(await call("POST", path, { statement })).toMatchObject({ status: 409 });
    const file = await call("GET", `/api/trust/assessments/${first}/file/json`);
    const document = JSON.parse(file.body) as Record<string, unknown>;
    const { signer } = await hostIdentity(ground());
    expect(signatureHolds(document, signer.public_pem)).toBe(true);
    expect(document["disclaimer_zh"]).toContain("不能代替持证机构");
    expect(document["signatures"]).toMatchObject([{ name: "security_admin 1", statement }]);
    expect(signatureHolds({ ...document, evidence: "x" }, signer.public_pem)).toBe(false);
  });

  it("is exported as a workbook that says what it is not", async () => {
    const file = await call("GET", `/api/trust/assessments/${first}/file/xlsx`);
    const book = new exceljs.Workbook();
    await book.xlsx.load(file.raw as unknown as ArrayBuffer);
    expect(String(book.worksheets[0]?.getCell("A1").value)).toContain("不能代替");
    expect(book.worksheets[1]?.rowCount).toBe(61);
  });

  it("of an example world is marked as no evidence", async () => {
    await ground().store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, "seeded", { members: 10, filled: true }));
    const id = (await assess(ground(), { person_id: null })) ?? 0;
    expect((await view(id)).demo).toBe(true);
    const file = await call("GET", `/api/trust/assessments/${id}/file/json`);
    expect(JSON.parse(file.body)).toMatchObject({ evidence: "not evidence" });
  });
});

describe("evidence", () => {
  const wanted = {
    item: "8.1.4.5",
    claim: "met",
    dated: "2026-11-20",
    valid_until: "2027-11-20",
    note: "主机防病毒 7.2",
  };
  const file = { name: "防病毒报告.pdf", base64: Buffer.from("报告内容 secret-report").toString("base64") };

  it("raises an item that only papers tell, until its day", async () => {
    const made = await call("POST", "/api/trust/evidence", { ...wanted, file });
    expect(made.status).toBe(201);
    const { evidence_id } = JSON.parse(made.body) as { evidence_id: number };
    const id = (await assess(ground(), { person_id: null })) ?? 0;
    const item = (await view(id)).items.find((one) => one.id === "8.1.4.5");
    expect(item).toMatchObject({ result: "met", evidence_id });
    expect(item?.zh).toContain("主机防病毒 7.2");
    await desk().execute("update trust.evidence set valid_until = '2026-11-30' where evidence_id = $1", [evidence_id]);
    const later = (await assess(ground(), { person_id: null })) ?? 0;
    expect((await view(later)).items.find((one) => one.id === "8.1.4.5")).toMatchObject({ result: "not_met" });
  });

  it("is sealed, given back whole, and never stands in clear", async () => {
    const [row] = await desk().rows<{ evidence_id: number; line: string }>(
      "select evidence_id, encode(file_sealed, 'escape') as line from trust.evidence where file_name is not null",
    );
    expect(row?.line).not.toContain("secret-report");
    const back = await call("GET", `/api/trust/evidence/${row?.evidence_id}/file`);
    expect(back.raw.toString()).toBe("报告内容 secret-report");
  });

  it("changes nothing that the application proves alone, and lifts a running proof that says no to partly at best", async () => {
    expect((await call("POST", "/api/trust/evidence", { ...wanted, item: "8.1.4.8b" })).status).toBe(422);
    expect((await call("POST", "/api/trust/evidence", { ...wanted, dated: "2027-01-01" })).status).toBe(422);
    expect((await call("POST", "/api/trust/evidence", { ...wanted, item: "8.1.4.9a" })).status).toBe(201);
    const id = (await assess(ground(), { person_id: null })) ?? 0;
    expect((await view(id)).items.find((one) => one.id === "8.1.4.9a")).toMatchObject({ result: "partly" });
  });

  it("that is taken back counts no more", async () => {
    const [row] = await desk().rows<{ evidence_id: number }>(
      "select evidence_id from trust.evidence where item = '8.1.4.9a'",
    );
    expect((await call("DELETE", `/api/trust/evidence/${row?.evidence_id}`)).status).toBe(204);
    const id = (await assess(ground(), { person_id: null })) ?? 0;
    expect((await view(id)).items.find((one) => one.id === "8.1.4.9a")).toMatchObject({ result: "not_met" });
    expect(today).toBe("2026-12-01");
  });
});
