import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
const PICTURES = process.env["HUITOU_PICTURES"];

beforeAll(async () => {
  session = await sharedSession();
});
afterAll(() => session.close());

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}

async function fitsPhone(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll("main *")]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.closest(".ht-table-scroll") === null)
      .map((one) => `${one.tagName}.${one.className}`)
      .slice(0, 5),
  );
  expect([over, wide]).toEqual([0, []]);
}

/** Waits for something that the server does within its minute. */
async function until<T>(read: () => Promise<T | undefined>, ms_max = 90_000): Promise<T> {
  const began = performance.now();
  for (;;) {
    const found = await read();
    if (found !== undefined) return found;
    if (performance.now() - began > ms_max) throw new Error("not within its time");
    await new Promise((done) => setTimeout(done, 500));
  }
}

interface Incidents {
  readonly items: readonly { readonly incident_id: number; readonly indicator: string; readonly state: string }[];
}

describe("risks and alarms", () => {
  it("show register, matrix and indicators with the day's proof, on a screen and on a phone", async () => {
    await until(async () => {
      const { items } = await session.get<{ items: readonly { proof: { proved: boolean } | null }[] }>(
        "/api/trust/indicators",
      );
      return items.every(({ proof }) => proof?.proved === true) ? items : undefined;
    });
    const page = await session.context.newPage();
    const trouble = listenForTrouble(page);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${session.server.url}/trust/risks`);
    await settled(page);
    await page.getByText("会员数据泄露").first().waitFor();
    expect(await page.getByText("已证明").count()).toBeGreaterThanOrEqual(15);
    expect(await page.getByText("未证明").count()).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "risks-1440");
    await page.getByRole("button", { name: /可能性 3、影响 5/ }).click();
    expect(await page.getByRole("table", { name: /风险矩阵/ }).count()).toBe(1);
    await page.getByRole("button", { name: "会员数据泄露", exact: true }).click();
    await page.getByText("数据泄露应急预案").waitFor();
    await page.getByRole("button", { name: "登记演练" }).click();
    await page.getByLabel("主持人").fill("周静");
    await page.getByLabel("情景").fill("模拟客服导出名单");
    await picture(page, "risk-dialog");
    await page.getByRole("button", { name: "登记演练" }).click();
    await page.getByText("模拟客服导出名单 · 周静").waitFor();
    await page.getByRole("button", { name: "关闭", exact: true }).click();
    await fitsPhone(page);
    await picture(page, "risks-390");
    expect(await seriousFindings(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("limits are moved with a reason", async () => {
    const page = await session.open("/trust/risks");
    const row = page.getByRole("row", { name: /登录失败/ });
    await row.getByRole("button", { name: "调整限值" }).click();
    await page.getByLabel("预警限（次数）").fill("8");
    await page.getByLabel("原因").fill("门店少，早些知道");
    await page.getByRole("button", { name: "保存" }).click();
    await page.getByText("≥ 8 · 30 *").waitFor();
    await page.close();
  });

  it("a test goes to the simulator, and alerts and roster are readable in the dark and in English", async () => {
    const page = await session.open("/trust/alerts");
    const row = page.getByRole("row", { name: /钉钉/ });
    await row.getByRole("button", { name: "发送测试" }).click();
    await page.getByText("测试已送达").waitFor();
    const { simulator } = await session.get<{ simulator: string }>("/api/trust/channels");
    expect(await (await session.context.request.get(simulator)).text()).toContain("告警通道测试");
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "alerts-1440");
    await page.getByRole("button", { name: "添加通道" }).click();
    await page.getByLabel("名称").fill("内网");
    await page.getByLabel("Webhook 地址").fill("https://127.0.0.1/cgi-bin/webhook/send?key=a");
    await page.getByRole("button", { name: "保存" }).click();
    await page.getByText("这个地址不能作为告警去向").waitFor();
    await page.getByRole("button", { name: "取消" }).click();
    await fitsPhone(page);
    await picture(page, "alerts-390");
    await page.close();
    const dark = await session.browser.newContext({
      colorScheme: "dark",
      storageState: await session.context.storageState(),
    });
    for (const path of ["/trust/risks?lang=en", "/trust/alerts?lang=en"]) {
      const other = await dark.newPage();
      await other.goto(session.server.url + path);
      await settled(other);
      expect(await seriousFindings(other)).toEqual([]);
      await picture(other, `dark${path.split("?")[0]?.replaceAll("/", "-")}`);
    }
    await dark.close();
  });

  it("an incident opens within a minute of what happened, is taken on by name, judged, reported and closed", async () => {
    const payload = { email: "nobody@shanye.example", password: "wrong" };
    const origin = { origin: session.server.url };
    for (let n = 0; n < 9; n++)
      await session.context.request.post(`${session.server.url}/api/session`, { data: payload, headers: origin });
    const found = await until(async () => {
      const { items } = await session.get<Incidents>("/api/trust/incidents?state=open&synthetic=false");
      return items.find(({ indicator }) => indicator === "access.failed_logins");
    });
    const page = await session.open(`/trust/incidents/${found.incident_id}`);
    const trouble = listenForTrouble(page);
    await page.getByText(/响应 剩/).waitFor();
    const home = await session.open("/");
    await home
      .getByText(/还没有人接手；须在 .* 内响应/)
      .first()
      .waitFor();
    expect(await seriousFindings(home)).toEqual([]);
    await picture(home, "home-incident-1440");
    await page.getByRole("button", { name: "我来处理" }).click();
    await page.getByText("林晓 处理中").waitFor();
    await home.reload();
    await home
      .getByText(/林晓 在处理/)
      .first()
      .waitFor();
    await fitsPhone(home);
    await picture(home, "home-incident-390");
    await home.close();
    await page.getByLabel("判定").selectOption({ label: "较大" });
    await page.getByText("向主管部门报告").waitFor();
    await page.getByText(/时限 剩 3 小时|时限 剩 4 小时/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "incident-1440");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Excel" }).first().click(),
    ]);
    expect(file.suggestedFilename()).toBe(`incident-${found.incident_id}-authority.xlsx`);
    await fitsPhone(page);
    await picture(page, "incident-390");
    await page.getByRole("button", { name: "关闭事件" }).click();
    await page.getByRole("dialog").getByLabel("原因", { exact: true }).fill("测试账号，已确认");
    await page.getByRole("dialog").getByRole("button", { name: "关闭事件" }).click();
    await page.getByText("已关闭").waitFor();
    expect(trouble).toEqual([]);
    await page.close();
  });
});
