import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build as q } from "../../src/query/index.ts";
import { joined } from "./colleague.ts";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, ownerSession } from "./owner-session.ts";

interface Points {
  readonly active: number;
  readonly lots: readonly { readonly last_day: string | null; readonly active: number; readonly reference: string }[];
}

let owner: OwnerSession;
/** A colleague with a second factor, in a browser of their own. */
let manager: BrowserContext;
let page: Page;
let trouble: string[] = [];
let members: readonly number[] = [];
let segment = 0;
/** Where pictures go for somebody to look at; none unless asked for. */
const pictures = process.env["HUITOU_PICTURES"];

beforeAll(async () => {
  owner = await ownerSession(60);
  const { items } = await owner.get<{ items: { member_id: number }[] }>("/api/members?limit=3");
  members = items.map(({ member_id }) => member_id);
  const condition = q.compare(q.member("member_id"), ">", 0);
  const made = { name: "全部会员", description: "", condition };
  ({ segment_id: segment } = await owner.post<{ segment_id: number }>("/api/segments", made));
  manager = await joined(owner, "manager", "周经理");
  page = await owner.open("/points/grants");
  trouble = listenForTrouble(page);
});
afterAll(async () => await owner?.close(), 600_000);

const points = (member: number | undefined) => owner.get<Points>(`/api/members/${member}/points`);
const go = async (path: string) => {
  await page.goto(owner.server.url + path);
  await settled(page);
};

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

describe("points for many", () => {
  it("are counted while they are typed, given to a segment, and taken back with what was spent listed", async () => {
    await page.getByText("还没有批量发放").waitFor();
    await page.getByRole("button", { name: "发积分" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("名称").fill("春茶致谢");
    await dialog.getByLabel("分群", { exact: true }).selectOption(String(segment));
    await dialog.getByLabel("每人", { exact: true }).fill("100");
    const audience = { segment_id: segment };
    const counted = await owner.post<{ members: number }>("/api/points/grants/preview", { audience, points: 100 });
    expect(counted.members).toBeGreaterThanOrEqual(members.length);
    const sum = `${counted.members} 位会员，共 ${(counted.members * 100).toLocaleString("en-US")} 分`;
    await dialog.getByText(sum).waitFor();
    const give = dialog.getByRole("button", { name: "发放" });
    expect(await give.isDisabled()).toBe(true);
    await dialog.getByLabel("原因").fill("谢谢老会员");
    expect(await seriousFindings(page)).toEqual([]);
    await picture("grants-dialog");
    const before = await points(members[0]);
    await give.click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("已发放").first().waitFor();
    await expect.poll(async () => (await points(members[0])).active).toBe(before.active + 100);
    await owner.context.request.post(`${owner.server.url}/api/points/redemptions`, {
      data: { member_id: members[0], points: before.active + 60, reference: "E2E-MANY" },
      headers: { origin: owner.server.url, "idempotency-key": "e2e-many" },
    });
    await page.getByRole("button", { name: "撤销", exact: true }).click();
    await dialog.getByLabel("原因").fill("选错了分群");
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole("button", { name: "撤销" }).click();
    await page.getByText("已撤销").first().waitFor();
    await page.getByRole("link", { name: `会员 ${members[0]}` }).waitFor();
    await page.getByText("收回之前已经花掉", { exact: true }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture("grants-undone");
  });
});

const FILE = () =>
  [
    "会员,积分,到期日,获得日期",
    `${members[1]},300,2027-06-30,2026-06-30`,
    `${members[1]},200,2027-12-31,2026-07-30`,
    `${members[2]},"1,000",永久有效,2026-01-01`,
    "99999999,50,2027-06-30,",
    `${members[2]},-5,2027-06-30,`,
    `${members[2]},10,2020-06-30,`,
  ].join("\n");

describe("opening points", () => {
  it("are read from a file, column by column, and each row left out says why", async () => {
    await go("/opening/points");
    await page.getByText("还没有期初积分").waitFor();
    await picture("opening-empty");
    await page.locator("input[type=file]").setInputFiles({
      name: "老系统积分.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(FILE()),
    });
    await page.getByLabel("会员用什么号码认").selectOption("member_id");
    await page.getByLabel("会员那一列").selectOption({ label: "会员" });
    expect(await seriousFindings(page)).toEqual([]);
    await picture("opening-columns");
    await page.getByRole("button", { name: "核对" }).click();
    await page.getByText("没有这位会员。请先导入会员资料，再重新核对。").waitFor();
    await page.getByText("积分是负数（-5）").waitFor();
    await page.getByText("2020-06-30 已经过期，不再导入。").waitFor();
    expect(await page.getByRole("button", { name: "签发入账" }).isDisabled()).toBe(true);
  });

  it("stand beside the other system's totals, line by line", async () => {
    await page.getByLabel("老系统的会员数").fill("2");
    await page.getByLabel("老系统的积分合计").fill("1,490");
    await page.getByRole("button", { name: "保存合计" }).click();
    await page.getByText("1 处不一致").waitFor();
    await picture("opening-totals");
    await page.getByLabel("老系统的积分合计").fill("1500");
    await page.getByLabel("老系统的2027-06 到期").fill("300");
    await page.getByLabel("老系统的2027-12 到期").fill("200");
    await page.getByLabel("老系统的不过期").fill("1000");
    await page.getByRole("button", { name: "保存合计" }).click();
    await page.getByText("全部一致").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });

  it("are signed by a second person, whoever asks, and then given with their expiry", async () => {
    const before = await points(members[1]);
    await page.getByRole("button", { name: "签发入账" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("原因").fill("6 月切换上线");
    await picture("opening-sign");
    await dialog.getByRole("button", { name: "签发入账" }).click();
    await page.getByText(/已提交审批 #\d+/).waitFor();
    expect((await points(members[1])).active).toBe(before.active);
    const theirs = await manager.newPage();
    await theirs.goto(`${owner.server.url}/trust/approvals`);
    await settled(theirs);
    await theirs
      .getByText(/签发期初积分「老系统积分.csv」：2 位会员、3 批、1,500 分；3 行不入账/)
      .first()
      .waitFor();
    const { items } = await owner.get<{ items: { approval_id: number }[] }>("/api/approvals/mine");
    const id = items[0]?.approval_id;
    const decided = await manager.request.post(`${owner.server.url}/api/approvals/${id}/decide`, {
      data: { decision: "approved", comment: "合计已核对" },
      headers: { origin: owner.server.url },
    });
    expect(decided.ok()).toBe(true);
    await owner.post(`/api/approvals/${id}/execute`, {});
    await page.reload();
    await page.getByText("已入账", { exact: true }).first().waitFor();
    await expect.poll(async () => (await points(members[1])).active).toBe(before.active + 500);
    const lots = (await points(members[1])).lots.filter(({ reference }) => reference.startsWith("opening:"));
    expect(lots.map(({ last_day, active }) => [last_day, active])).toEqual([
      ["2027-06-30", 300],
      ["2027-12-31", 200],
    ]);
    await picture("opening-given");
    expect(await seriousFindings(page)).toEqual([]);
    // asking a colleague is answered with 403
    expect(trouble.filter((line) => !line.includes("403"))).toEqual([]);
  });
});
