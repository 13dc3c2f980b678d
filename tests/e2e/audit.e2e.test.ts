import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Receiver } from "../../src/access/audit/receiver.ts";
import { serveReceiver } from "../../src/access/audit/receiver-server.ts";
import { signerOf, suiteOf } from "../../src/access/audit/suites.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, ownerSession } from "./owner-session.ts";

const PASSWORD = "water just off the boil";
let folder: string;
let receiver: Server;
let session: OwnerSession;
let auditor: BrowserContext;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "huitou-receiver-"));
  const signer = signerOf(suiteOf("ed25519")?.generate().private_pem ?? "");
  receiver = serveReceiver(await Receiver.open(folder, signer, systemClock));
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
  process.env["HUITOU_AUDIT_RECEIVER"] = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  session = await ownerSession(30);
  // the second factor of an audit administrator is the subject of security.e2e.test.ts
  const { policy } = await session.get<{ policy: object }>("/api/security/policy");
  const eased = await session.context.request.put(`${session.server.url}/api/security/policy`, {
    data: { ...policy, second_factor_roles: [] },
    headers: { origin: session.server.url },
  });
  expect(eased.status()).toBe(200);
  const { link } = await session.post<{ link: string }>("/api/people", {
    name: "周静",
    email: "zhou@shanye.example",
    role: "audit_admin",
  });
  const { items } = await session.get<{ items: readonly { member_id: number }[] }>("/api/members");
  for (const { member_id } of items.slice(0, 5)) await session.get(`/api/members/${member_id}`);
  auditor = await session.browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN" });
  const token = new URL(link).searchParams.get("token");
  const joined = await auditor.request.post(`${session.server.url}/api/invitation`, {
    data: { token, password: PASSWORD },
    headers: { origin: session.server.url },
  });
  expect(joined.ok()).toBe(true);
});
afterAll(async () => {
  delete process.env["HUITOU_AUDIT_RECEIVER"];
  await session.close();
  receiver.close();
  receiver.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

async function open(path: string, context = auditor): Promise<Page> {
  const page = await context.newPage();
  await page.goto(session.server.url + path);
  await settled(page);
  return page;
}

describe("the audit page", () => {
  it("tells the audit administrator what was done, that it is whole, and that the receiver answers", async () => {
    const page = await auditor.newPage();
    const trouble = listenForTrouble(page);
    await page.goto(`${session.server.url}/trust/audit`);
    await settled(page);
    await page.getByText("查看会员").first().waitFor();
    await page.getByText("林晓").first().waitFor();
    await page.getByRole("button", { name: "立即核对" }).click();
    await page.getByText(/完好，到第 \d+ 条/).waitFor();
    await page.getByText("与接收端比对").waitFor();
    await page.getByText("正常", { exact: true }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("finds by what is typed, keeps it in the address, says when nothing matches, and exports, which is an act too", async () => {
    const page = await open("/trust/audit?action=members.view");
    await page.getByText("查看会员").first().waitFor();
    expect(await page.getByText("接受邀请").count()).toBe(0);
    await page.getByLabel("关键字").fill("没有这样的记录");
    await page.getByText("没有符合条件的记录").waitFor();
    expect(new URL(page.url()).searchParams.get("text")).toBe("没有这样的记录");
    await page.getByRole("button", { name: "清除条件" }).click();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "导出 Excel" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("audit.xlsx");
    await page.reload();
    await page.getByText("导出审计").first().waitFor();
    await page.close();
  });

  it("is readable in the dark and in English", async () => {
    const dark = await session.browser.newContext({
      colorScheme: "dark",
      storageState: await auditor.storageState(),
    });
    const page = await open("/trust/audit?lang=en", dark);
    await page.getByText("Last verification").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dark.close();
  });

  it("is closed to the owner", async () => {
    const page = await session.open("/trust/audit");
    await page.getByText("audit.read").waitFor();
    await page.close();
  });
});
