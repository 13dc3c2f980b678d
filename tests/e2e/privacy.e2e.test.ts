import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
let member = 0;
let page: Page;
let trouble: string[] = [];

beforeAll(async () => {
  session = await sharedSession();
  const { items } = await session.get<{ items: readonly { member_id: number }[] }>("/api/members?sort=orders&limit=1");
  member = items[0]?.member_id ?? 0;
  page = await session.context.newPage();
  trouble = listenForTrouble(page);
});
afterAll(async () => session.close());

async function open(path: string): Promise<void> {
  await page.goto(session.server.url + path);
  await settled(page);
}

/** Nothing hangs out sideways on a phone. */
async function fitsPhone(): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
  await shot("phone");
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** For whoever wants to look at it: HUITOU_SHOTS names a folder. */
async function shot(name: string): Promise<void> {
  const folder = process.env["HUITOU_SHOTS"];
  if (folder === undefined) return;
  const path = new URL(page.url()).pathname.replaceAll("/", "-");
  await page.screenshot({ path: `${folder}/privacy${path}-${name}.png`, fullPage: true });
}

/** A request about somebody, checked by a document and handled; its job has run when this is over. */
async function done(member_id: number, kind: string, more: object = {}): Promise<number> {
  const filing = { kind, member_id, via: "counter", ...more };
  const { request_id } = await session.post<{ request_id: number }>("/api/privacy/requests", filing);
  const url = `/api/privacy/requests/${request_id}`;
  await session.post(`${url}/identity`, { how: "document", document: "id_card" });
  await session.post(`${url}/handle`, {});
  await expect.poll(async () => (await session.get<{ state: string }>(url)).state).toBe("done");
  return request_id;
}

describe("personal rights in the console", () => {
  it("an empty queue teaches the first step", async () => {
    await open("/trust/privacy");
    await page.getByText("没有在办的请求").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });

  it("a request is filed on the member's page, checked, handled and proved", async () => {
    await open(`/members/${member}`);
    await page.getByText("接受画像").waitFor();
    await page.getByRole("button", { name: "登记请求" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("请求类型").selectOption("refuse_profiling");
    await dialog.getByRole("button", { name: "登记请求" }).click();
    await page.getByText("待核对身份").first().waitFor();
    await shot("received");
    await page.getByRole("button", { name: "核对身份" }).click();
    await page.getByRole("button", { name: "身份证件" }).click();
    await shot("identity");
    await page.getByRole("button", { name: "核对", exact: true }).click();
    await page.getByRole("button", { name: "停止画像" }).click();
    await page.getByText("已办结").first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await fitsPhone();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "下载凭证" }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^rights-proof-\d+\.json$/);
    await shot("done");
  });

  it("and the member's page says so: no judging tags, and why", async () => {
    await open(`/members/${member}?tab=tags`);
    await page.getByText(/\d+ 个标签没有取值/).waitFor();
    await page.getByText("拒绝画像").first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await shot("member");
  });

  it("the queue shows clocks, closed and open ones, and fits a phone", async () => {
    for (const kind of ["access", "delete", "explain"]) {
      await session.post("/api/privacy/requests", { kind, member_id: member, via: "counter" });
    }
    await open("/trust/privacy");
    await page
      .getByText(/剩 \d+ 天/)
      .first()
      .waitFor();
    expect(await page.getByRole("row").count()).toBe(4);
    expect(await seriousFindings(page)).toEqual([]);
    await shot("queue");
    await fitsPhone();
    await page.getByRole("button", { name: /^已结/ }).click();
    await page.getByText("已办结").first().waitFor();
  });

  it("registers and retention say what is kept for what, how long, and what a dry run would take", async () => {
    await session.post("/api/privacy/activities", {
      activity: "marketing",
      purpose: "marketing",
      zh: "营销推送",
      en: "Marketing messages",
      data_classes: ["手机号"],
      legal_basis: "consent",
      retention_days: 1_095,
      recipients: ["短信服务商"],
      is_automated: true,
      is_sensitive: false,
      is_abroad: false,
    });
    await open("/trust/privacy?tab=registers");
    await page.getByText("营销推送").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await shot("registers");
    await fitsPhone();
    await page.getByRole("button", { name: "保存期限" }).click();
    await page.getByText("随会员删除").first().waitFor();
    await page.getByRole("button", { name: "试算" }).click();
    await page.getByText(/行为记录 \d+/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await shot("retention");
    await fitsPhone();
  });

  it("a name is corrected by a request, shows what stood there before masked, and is taken back with a reason", async () => {
    await open(`/members/${member}`);
    await page.getByRole("button", { name: "登记请求" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("请求类型").selectOption("correct");
    await dialog.getByLabel("更正字段").selectOption("birthday");
    await dialog.getByLabel("更正为").fill("1988-02-30");
    await dialog.getByRole("button", { name: "登记请求" }).click();
    await dialog.getByText("公历日期").waitFor();
    await shot("correct-refused");
    await dialog.getByLabel("更正字段").selectOption("name");
    await dialog.getByLabel("更正为").fill("上官婉儿");
    await dialog.getByRole("button", { name: "登记请求" }).click();
    await page.getByRole("button", { name: "核对身份" }).click();
    await page.getByRole("button", { name: "身份证件" }).click();
    await page.getByRole("button", { name: "核对", exact: true }).click();
    await page.getByRole("button", { name: "更正", exact: true }).click();
    await page.getByText("加密保存至").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await shot("corrected");
    await fitsPhone();
    await page.getByRole("button", { name: "撤回更正" }).click();
    await page.getByRole("dialog").getByLabel("原因").fill("登记错了会员");
    await page.getByRole("dialog").getByRole("button", { name: "撤回更正" }).click();
    await page.getByText("更正已撤回").waitFor();
    await shot("undone");
    trouble.splice(0, trouble.length, ...trouble.filter((line) => !line.includes("422")));
  });

  it("a member fetches the copy on a page of their own, once; whoever has no link is told what to do", async () => {
    const request_id = await done(member, "copy");
    await open(`/trust/privacy/requests/${request_id}`);
    await page.getByRole("button", { name: "取下载链接" }).click();
    const address = (await page.getByLabel("会员下载页的地址").textContent()) ?? "";
    expect(address).toMatch(/\/my-copy#[\w-]{40,}$/);
    await shot("link");
    await fitsPhone();
    const phone = await session.browser.newContext({ viewport: { width: 390, height: 844 }, locale: "zh-CN" });
    const own = await phone.newPage();
    const look = async (name: string) => {
      const folder = process.env["HUITOU_SHOTS"];
      if (folder !== undefined) await own.screenshot({ path: `${folder}/my-copy-${name}.png`, fullPage: true });
    };
    await own.goto(session.server.url + new URL(address).pathname + new URL(address).hash);
    await own.getByText("只能下载一次").waitFor();
    expect(await seriousFindings(own)).toEqual([]);
    await look("ready");
    const [file] = await Promise.all([
      own.waitForEvent("download"),
      own.getByRole("button", { name: "下载", exact: true }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`member-data-${request_id}.zip`);
    await own.getByRole("heading", { name: "已下载" }).waitFor();
    await look("done");
    await own.reload();
    await own.getByRole("heading", { name: "链接打不开" }).waitFor();
    await look("gone");
    await own.goto(`${session.server.url}/my-copy`);
    await own.reload();
    await own.getByText("地址不完整").waitFor();
    await own.setViewportSize({ width: 1440, height: 900 });
    await look("wide");
    await phone.close();
  });

  it("processors are registered, changed and ended by a form that says why it is refused", async () => {
    await open("/trust/privacy?tab=processors");
    await page.getByText("还没有登记受托方").waitFor();
    const form = page.getByRole("dialog");
    const fill = async (fields: Readonly<Record<string, string>>) => {
      for (const [label, text] of Object.entries(fields)) await form.getByLabel(label).fill(text);
    };
    await page.getByRole("button", { name: "登记受托方" }).click();
    const save = form.getByRole("button", { name: "保存" });
    expect(await save.isDisabled()).toBe(true);
    const contract = { 受托做什么: "短信发送", 数据: "手机号，姓名", 合同编号: "YX-2026-07", 合同联系人: "合同管理部" };
    await fill({ 受托方名称: "云信短信", ...contract, 合同到期: "2027-06-30" });
    await shot("processor-form");
    await save.click();
    await page.getByText("YX-2026-07").waitFor();
    await page.getByRole("button", { name: "登记受托方" }).click();
    await fill({ 受托方名称: "云信短信", ...contract });
    await form.getByText("已有同名的受托方").waitFor();
    expect(await save.isDisabled()).toBe(true);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "修改" }).click();
    await fill({ 合同编号: "YX-2026-08" });
    await save.click();
    await page.getByText("YX-2026-08").waitFor();
    await page.getByRole("button", { name: "终止" }).click();
    await form.getByText("新的注销不再告知它").waitFor();
    await form.getByRole("button", { name: "终止" }).click();
    await page.getByText("已终止").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await shot("register");
    await fitsPhone();
    await page.getByRole("button", { name: "重新委托" }).click();
    await form.getByRole("button", { name: "重新委托" }).click();
    await page.getByText("已终止").waitFor({ state: "detached" });
  });

  it("who is erased leaves processors to be told and what law keeps, by law and day, closed to whoever may not look", async () => {
    const { items } = await session.get<{ items: readonly { member_id: number }[] }>(
      "/api/members?sort=orders&limit=9",
    );
    const request_id = await done(items.at(-1)?.member_id ?? 0, "delete");
    await open("/trust/privacy?tab=processors");
    await page.getByText("云信短信").first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await shot("processors");
    await fitsPhone();
    await page.getByRole("button", { name: "登记告知" }).click();
    await page.getByRole("dialog").getByLabel("方式").fill("邮件发至合同联系人");
    await page.getByRole("dialog").getByRole("button", { name: "登记告知" }).click();
    await page.getByRole("button", { name: "登记答复" }).click();
    await shot("answer");
    await page.getByRole("dialog").getByRole("button", { name: "登记答复" }).click();
    await page.getByText("没有待告知或待答复的受托方").waitFor();
    await page.getByText("已删除").first().waitFor();
    await shot("answered");
    await open("/trust/privacy?tab=retained");
    await page.getByText("电子商务法 31").waitFor();
    await page
      .getByRole("link", { name: `№ ${request_id}` })
      .first()
      .waitFor();
    await page.getByText("看不到内容").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await shot("retained");
    await fitsPhone();
  });

  it("is readable in the dark and in English, and asked for nothing that failed", async () => {
    const dark = await session.browser.newContext({
      colorScheme: "dark",
      storageState: await session.context.storageState(),
    });
    const night = await dark.newPage();
    await night.goto(`${session.server.url}/trust/privacy?lang=en&state=all`);
    await settled(night);
    await night.getByRole("link", { name: "Refuse profiling" }).waitFor();
    expect(await seriousFindings(night)).toEqual([]);
    await dark.close();
    expect(trouble).toEqual([]);
  });
});
