import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { joined } from "./colleague.ts";
import { listenForTrouble, seriousFindings } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let owner: OwnerSession;
let leaver_id = 0;
let lender: BrowserContext;
let analyst: BrowserContext;
const pictures = process.env["HUITOU_PICTURES"];

beforeAll(async () => {
  owner = await sharedSession();
  lender = await joined(owner, "engineer", "赵工");
  analyst = await joined(owner, "analyst", "陈数");
  const { items } = await owner.get<{ items: { id: number; email: string }[] }>("/api/people");
  leaver_id = items.find(({ email }) => email === "engineer@shanye.example")?.id ?? 0;
  await owner.post("/api/clients", {
    name: "库存同步",
    owner_id: leaver_id,
    permissions: ["data.read"],
    stores: null,
    addresses: [],
    rate_per_minute: 60,
    expiry_days: 30,
  });
});
afterAll(async () => await owner?.close(), 600_000);

async function picture(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png` });
}

it("an account gets an end and stores, and what its person leaves behind is handed over", async () => {
  const page = await owner.open(`/trust/people?manage=${leaver_id}`);
  const trouble = listenForTrouble(page);
  await page.getByText("接口客户端 1 个").waitFor();
  await page.getByLabel("结束时间", { exact: true }).fill("2099-12-31T08:00");
  await page.getByRole("button", { name: "定下" }).click();
  await page.getByText(/账号将在 2099年12月31日 .* 结束/).waitFor();
  await page.getByLabel("移交给").selectOption({ label: "陈数 · 数据分析师" });
  await page.getByRole("button", { name: "移交", exact: true }).click();
  await page.getByText("没有他负责的接口客户端").waitFor();
  await page.getByRole("textbox", { name: "门店编码" }).fill("HZ01，HZ02");
  await page.locator("dialog[open]").getByRole("button", { name: "保存" }).click();
  await page.getByText("门店 HZ01、HZ02").waitFor();
  await picture(page, "people-leaving");
  expect(await seriousFindings(page)).toEqual([]);
  const { items } = await owner.get<{ items: { name: string; owner_name: string }[] }>("/api/clients");
  expect(items.find(({ name }) => name === "库存同步")?.owner_name).toBe("陈数");
  await page.getByRole("button", { name: "取消离职" }).click();
  await page.getByText("没有定结束时间，账号一直有效").waitFor();
  expect(trouble).toEqual([]);
  await page.close();
});

it("a colleague is asked for to do the work of whoever leaves, on a phone, and it is taken back", async () => {
  const page = await owner.open(`/trust/people?manage=${leaver_id}`, 390);
  await page.locator("dialog[open]").getByRole("button", { name: "申请代行" }).click();
  const dialog = page.getByRole("dialog", { name: "申请代行" });
  expect(await dialog.getByLabel("被代行的同事").inputValue()).toBe(String(leaver_id));
  await dialog.getByLabel("代行的同事", { exact: true }).selectOption({ label: "陈数 · 数据分析师" });
  await dialog.getByLabel("原因").fill("离职交接");
  await picture(page, "people-lend-390");
  expect(await seriousFindings(page)).toEqual([]);
  await dialog.getByRole("button", { name: "提交申请" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("陈数 代 赵工").waitFor();
  await page.keyboard.press("Escape");
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await page.getByRole("button", { name: "拒绝" }).click();
  await page.getByText("已结束").waitFor();
  await page.close();
});

it("whoever lends their work sees it on their own page and takes it back there", async () => {
  const { items } = await owner.get<{ items: { id: number; email: string }[] }>("/api/people");
  const taker_id = items.find(({ email }) => email === "analyst@shanye.example")?.id ?? 0;
  const from = Date.now();
  await owner.post("/api/delegations", {
    giver_id: leaver_id,
    taker_id,
    from_at: new Date(from).toISOString(),
    until_at: new Date(from + 3 * 86_400_000).toISOString(),
    reason: "休假代班",
  });
  const page = await lender.newPage();
  const trouble = listenForTrouble(page);
  await page.goto(`${owner.server.url}/me/security`);
  await page.getByText("陈数 代您").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await picture(page, "security-lent");
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await picture(page, "security-lent-390");
  await page.getByRole("button", { name: "收回" }).click();
  await page.getByText("陈数 代您").waitFor({ state: "detached" });
  expect(trouble).toEqual([]);
  await page.close();
});

it("a tag whose values are masked for the reader offers neither its members nor a segment", async () => {
  const page = await analyst.newPage();
  await page.goto(`${owner.server.url}/tags/gender`);
  await page.getByText("只有人数：值对您遮盖显示").waitFor();
  await page.getByText("不能用它建分群").waitFor();
  expect(await page.getByRole("link", { name: "用它建分群" }).count()).toBe(0);
  await picture(page, "tag-masked");
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await picture(page, "tag-masked-390");
  await page.close();
});
