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
    await page.getByText(/\d+ 个标签没有取值/).waitFor({ timeout: 20_000 });
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
    await page.getByText(/行为记录 \d+/).waitFor({ timeout: 20_000 });
    expect(await seriousFindings(page)).toEqual([]);
    await shot("retention");
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
