import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenForTrouble, seriousFindings } from "./console-pages.ts";
import { type OwnerSession, ownerSession } from "./owner-session.ts";

interface Order {
  readonly order_no: string;
  readonly member_id: number | null;
  readonly status: string;
  readonly store_code: string | null;
  readonly channel: string | null;
  readonly net_minor: number;
  readonly refund_minor: number;
}

let owner: OwnerSession;
let page: Page;
let trouble: string[] = [];
let order: Order | undefined;
const pictures = process.env["HUITOU_PICTURES"];
const ORDERS_TRIED = 300;

beforeAll(async () => {
  owner = await ownerSession(60);
  for (let id = 1; order === undefined && id <= ORDERS_TRIED; id++) {
    const answer = await owner.context.request.get(`${owner.server.url}/api/orders/${id}`);
    if (!answer.ok()) continue;
    const one = (await answer.json()) as Order;
    const whole = one.status === "paid" && one.refund_minor === 0 && one.net_minor > 0;
    if (whole && one.store_code !== null && one.channel !== null && one.member_id !== null) order = one;
  }
  page = await owner.open("/till/exchange");
  trouble = listenForTrouble(page);
});
afterAll(async () => await owner?.close(), 600_000);

async function picture(name: string): Promise<void> {
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

describe("an exchange at the till", () => {
  it("is looked up by the receipt, tried, told to the customer, and done once", async () => {
    expect(order).toBeDefined();
    await page.getByLabel("单号（小票号）").fill(order?.order_no ?? "");
    await page.getByLabel("原门店编码").fill(order?.store_code ?? "");
    await page.getByLabel("渠道").fill(order?.channel ?? "");
    await page.getByRole("button", { name: "查找" }).click();
    await page.getByText(`退：订单 ${order?.order_no}`).waitFor();
    expect(await page.getByRole("button", { name: "试算" }).isDisabled()).toBe(true);
    await page
      .getByLabel(/退几件$/)
      .first()
      .fill("1");
    await page.getByLabel("商品 1").fill("SY-OL-01");
    await page.getByLabel("单价 1（元）").fill("5000");
    await page.getByLabel("新单号").fill("E2E-EX-1");
    await page.getByLabel("本店编码").fill(order?.store_code ?? "");
    await page.getByLabel("会员编号").fill(String(order?.member_id));
    expect(await seriousFindings(page)).toEqual([]);
    await picture("exchange-typed");
    await page.getByRole("button", { name: "试算" }).click();
    const told = page.getByText(/^顾客补 /);
    await told.waitFor();
    const words = await told.textContent();
    await picture("exchange-tried");
    await page.getByRole("button", { name: "确认换货" }).click();
    await page.getByText("✓ 已换货").waitFor();
    expect(await page.getByText(/^顾客补 /).textContent()).toBe(words);
    expect(await seriousFindings(page)).toEqual([]);
    await picture("exchange-done");
    await page.getByRole("button", { name: "下一单" }).click();
    await page.getByRole("button", { name: "查找" }).click();
    await page.getByText(`退：订单 ${order?.order_no}`).waitFor();
    await page
      .getByText("已退", { exact: true })
      .or(page.getByLabel(/退几件$/))
      .first()
      .waitFor();
    expect(trouble).toEqual([]);
  });
});
