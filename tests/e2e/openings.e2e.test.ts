import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { joined } from "./colleague.ts";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, ownerSession } from "./owner-session.ts";

let owner: OwnerSession;
/** A colleague with a second factor, in a browser of their own. */
let manager: BrowserContext;
let page: Page;
let trouble: string[] = [];
let members: readonly number[] = [];
let batch = 0;
const pictures = process.env["HUITOU_PICTURES"];

beforeAll(async () => {
  owner = await ownerSession(60);
  const { items } = await owner.get<{ items: { member_id: number }[] }>("/api/members?limit=3");
  members = items.map(({ member_id }) => member_id);
  const { items: coupons } = await owner.get<{ items: { key: string }[] }>("/api/coupons");
  const { batch_id } = await owner.post<{ batch_id: number }>(`/api/coupons/${coupons[0]?.key}/batches`, {
    name: "老系统转入",
    number: 100,
    first_day: "2026-01-01",
  });
  batch = batch_id;
  manager = await joined(owner, "manager", "周经理");
  page = await owner.open("/opening");
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

/** @param kind whose list is there already: a file given before goes to the kind that was shown before */
async function upload(kind: string, name: string, lines: readonly string[]): Promise<void> {
  await page.getByText(`还没有${kind}`).waitFor();
  await page
    .locator("input[type=file]")
    .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) });
  await page.getByRole("button", { name: "核对", exact: true }).waitFor();
}

async function approved(words: RegExp): Promise<void> {
  await page.getByText(/已提交审批 #\d+/).waitFor();
  const { items } = await owner.get<{ items: { approval_id: number }[] }>("/api/approvals/mine");
  expect(JSON.stringify(items[0])).toMatch(words);
  const id = items[0]?.approval_id;
  const decided = await manager.request.post(`${owner.server.url}/api/approvals/${id}/decide`, {
    data: { decision: "approved", comment: "合计已核对" },
    headers: { origin: owner.server.url },
  });
  expect(decided.ok()).toBe(true);
  await owner.post(`/api/approvals/${id}/execute`, {});
  await page.reload();
  await settled(page);
}

describe("opening imports", () => {
  it("are one page with three kinds", async () => {
    for (const kind of ["期初积分", "期初等级", "期初优惠券"]) {
      await page.getByRole("button", { name: kind, exact: true }).click();
      await page.getByText(`还没有${kind}`).waitFor();
      expect(await seriousFindings(page)).toEqual([]);
    }
  });

  it("bring tiers with their validity: checked row by row, compared, signed by a second person, taken back", async () => {
    await page.getByRole("button", { name: "期初等级", exact: true }).click();
    await upload("期初等级", "老系统等级.csv", [
      "memberid,等级,生效日,等级到期日",
      `${members[0]},钻石,2026-01-01,2028-12-31`,
      `${members[1]},白金,2026-01-01,2028-06-30`,
      `${members[2]},黑金,2026-01-01,2028-06-30`,
      "99999999,金卡,2026-01-01,2028-06-30",
    ]);
    expect(await seriousFindings(page)).toEqual([]);
    await picture("opening-tiers-columns");
    await page.getByRole("button", { name: "核对", exact: true }).click();
    await page.getByText("没有等级「黑金」").waitFor();
    await page.getByLabel("老系统的会员数").fill("2");
    await page.getByLabel("老系统的等级 钻石").fill("2");
    await page.getByRole("button", { name: "保存合计" }).click();
    await page.getByText("处不一致").first().waitFor();
    await picture("opening-tiers-totals");
    await page.getByLabel("老系统的等级 钻石").fill("1");
    await page.getByLabel("老系统的等级 白金").fill("1");
    await page.getByRole("button", { name: "保存合计" }).click();
    await page.getByText("全部一致").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "签发入账" }).click();
    await page.getByRole("dialog").getByLabel("原因").fill("切换上线");
    await picture("opening-tiers-sign");
    await page.getByRole("dialog").getByRole("button", { name: "签发入账" }).click();
    await approved(/签发期初等级「老系统等级.csv」：2 位会员/);
    await page.getByText("已入账", { exact: true }).first().waitFor();
    const tier = () =>
      owner.get<{ standing: { tier: string; valid_until: string } }>(`/api/members/${members[0]}/tier`);
    await expect
      .poll(async () => (await tier()).standing)
      .toMatchObject({ tier: "diamond", valid_until: "2028-12-31" });
    await picture("opening-tiers-given");
    await page.goto(`${owner.server.url}/members/${members[0]}`);
    await settled(page);
    await page.getByText("期初导入").first().waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "撤销" }).click();
    await page.getByRole("dialog").getByLabel("原因").fill("导错了文件");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "撤销" }).click();
    await approved(/撤销期初等级/);
    await page.getByText("已撤销", { exact: true }).first().waitFor();
    await picture("opening-tiers-undone");
  });

  it("bring unused coupons whose old codes go on working", async () => {
    await page.goto(`${owner.server.url}/opening/coupons`);
    await settled(page);
    await upload("期初优惠券", "老系统的券.csv", [
      "memberid,优惠券,券码,到期日,剩余次数",
      `${members[0]},${batch},TEA-2025-001,2028-12-31,2`,
      `${members[1]},老系统转入,,2028-12-31,`,
      `${members[1]},没有这批,,2028-12-31,`,
    ]);
    await picture("opening-coupons-columns");
    await page.getByRole("button", { name: "核对", exact: true }).click();
    await page.getByText("没有可用的批次「没有这批」").waitFor();
    await page.getByLabel("老系统的会员数").fill("2");
    await page.getByLabel("老系统的可用次数").fill("3");
    await page.getByRole("button", { name: "保存合计" }).click();
    await page.getByText("全部一致").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture("opening-coupons-totals");
    await page.getByRole("button", { name: "签发入账" }).click();
    await page.getByRole("dialog").getByLabel("原因").fill("切换上线");
    await page.getByRole("dialog").getByRole("button", { name: "签发入账" }).click();
    await approved(/签发期初优惠券「老系统的券.csv」：2 位会员、3 次/);
    await page.getByText("已入账", { exact: true }).first().waitFor();
    const lines = [{ line_id: "1", sku: "X", quantity: 1, unit_price_minor: 100_000, amount_minor: 100_000 }];
    const { coupons } = await owner.post<{ coupons: { code: string; outcome: string }[] }>("/api/coupons/evaluate", {
      basket: { store_code: null, channel: "mall", currency: "CNY", lines },
      coupons: [{ code: "tea 2025 001" }],
      member_id: members[0],
    });
    expect(JSON.stringify(coupons)).not.toContain("unknown");
    await picture("opening-coupons-given");
    // asking a colleague is answered with 403
    expect(trouble.filter((line) => !line.includes("403"))).toEqual([]);
  });
});
