import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

interface Replay {
  readonly draft: { readonly points: number };
  readonly against: { readonly points: number };
  readonly examples: readonly { readonly member_id: number; readonly draft: number }[];
}
interface Points {
  readonly active: number;
  readonly lots: readonly { readonly lot_id: number; readonly points: number; readonly reference: string }[];
}

let session: OwnerSession;
let page: Page;
let trouble: string[] = [];
let member = 0;
const RULE = "每单满 300 元送 50 分";

interface Overview {
  readonly liability: { readonly active: number; readonly pending: number; readonly held: number };
  readonly programme: { readonly version: number } | null;
}

const points = () => session.get<Points>(`/api/members/${member}/points`);
const overview = () => session.get<Overview>("/api/points");
const shown = (value: number) => value.toLocaleString("en-US");

beforeAll(async () => {
  session = await sharedSession();
  page = await session.open("/points");
  trouble = listenForTrouble(page);
});
afterAll(async () => await session?.close(), 60_000);

const pictures = process.env["HUITOU_PICTURES"];

async function picture(name: string): Promise<void> {
  if (pictures === undefined) return;
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true });
  }
}

const openPath = async (path: string) => {
  await page.goto(session.server.url + path);
  await settled(page);
};

describe("points rules", () => {
  it("stand there in sentences and are written by clicking; what is wrong is said at the rule while typing", async () => {
    await page.getByText("每满 1 元积 1 分，每单向下取整", { exact: true }).waitFor();
    await page.getByText("每月 8 日，消费积分双倍").waitFor();
    await page.getByRole("link", { name: "修改与试算" }).click();
    await page.getByRole("group", { name: "加一条" }).getByRole("button", { name: "按订单" }).press("Enter");
    await page.getByLabel("哪些订单").selectOption("each");
    await page.getByLabel("满", { exact: true }).fill("300");
    const given = page.getByLabel("积分", { exact: true });
    await given.fill("");
    await page.getByText("缺少 points，请补上。").waitFor();
    expect(await page.getByRole("button", { name: "存为新版本" }).isDisabled()).toBe(true);
    await given.fill("50");
    await page.getByRole("button", { name: new RegExp(RULE) }).waitFor();
    await page.getByText("缺少 points，请补上。").waitFor({ state: "detached" });
    expect(new URL(page.url()).searchParams.get("rule")).toBe("order");
    await page.getByLabel("有效期", { exact: true }).last().selectOption("sliding");
    await page.getByLabel("多久").fill("6");
    await page.getByLabel("什么算活跃").selectOption("purchase_or_spend");
    expect(await page.getByLabel("多久").inputValue()).toBe("6");
    await picture("points-sliding");
    expect(await seriousFindings(page)).toEqual([]);
  });

  it("are replayed on real orders beside those in force: the report says what would have been given, and nothing is", async () => {
    const { liability } = await overview();
    await page.getByRole("button", { name: "近 90 天" }).click();
    await page.getByRole("button", { name: "开始试算" }).click();
    await page.getByText("只是试算，没有发放任何积分").waitFor();
    const job_id = new URL(page.url()).searchParams.get("replay");
    const { result } = await session.get<{ result: Replay }>(`/api/points/simulations/${job_id}`);
    expect(result.draft.points).toBeGreaterThan(0);
    expect(result.draft.points).toBeGreaterThan(result.against.points);
    await page.getByText(`这份草案会发 ${shown(result.draft.points)} 分`).waitFor();
    await page.getByText(`生效中的规则是 ${shown(result.against.points)} 分`).waitFor();
    const most = result.examples[0];
    member = most?.member_id ?? 0;
    await page.getByRole("link", { name: `会员 ${member}`, exact: true }).waitFor();
    expect((await overview()).liability).toEqual(liability);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it("are saved as a version and put in force with the notice they promise; a scheduled change is taken back", async () => {
    await page.getByRole("button", { name: "存为新版本" }).click();
    await page.getByText("已存为第 2 版").waitFor();
    await page.getByRole("button", { name: "安排生效" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/承诺提前 30 天告知会员/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole("button", { name: "安排生效" }).click();
    await dialog.waitFor({ state: "detached" });
    await openPath("/points");
    await page.getByText(/起：成长型积分 第 2 版/).waitFor();
    expect((await overview()).programme).toMatchObject({ version: 1 });
    await page.getByRole("button", { name: "撤销" }).click();
    await page.getByText("已排定").waitFor({ state: "detached" });
  });
});

describe("a member's points", () => {
  it("lead from the balance to a lot, to its movements, to the order's reference, and back", async () => {
    await openPath(`/members/${member}`);
    await page.getByRole("link", { name: "在积分账里查看每一分" }).click();
    await page.getByRole("heading", { name: "积分账", exact: true }).waitFor();
    const lot = (await points()).lots.find(({ reference }) => reference.startsWith("order:"));
    await page.locator(`a[href$="lot=${lot?.lot_id}"]`).click();
    await page.getByRole("heading", { name: `批次 ${lot?.lot_id}` }).waitFor();
    const lines = page.getByRole("region", { name: "这个批次的流水" });
    await lines
      .getByText(shown(lot?.points ?? 0), { exact: true })
      .first()
      .waitFor();
    await page.getByText(/^记账批/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await lines
      .getByRole("link", { name: /· 订单/ })
      .first()
      .click();
    await page.getByText(lot?.reference ?? "", { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get("reference")).toBe(lot?.reference);
    await page.goBack();
    await page.getByRole("heading", { name: `批次 ${lot?.lot_id}` }).waitFor();
  });

  it("are given by hand with a reason, redeemed for an order, and found by that reference", async () => {
    const { active } = await points();
    await openPath(`/members/${member}`);
    await page.getByRole("button", { name: "增减" }).click();
    const dialog = page.getByRole("dialog");
    const give = dialog.getByRole("button", { name: "补发" }).last();
    await dialog.getByLabel("积分", { exact: true }).fill("200");
    expect(await give.isDisabled()).toBe(true);
    await dialog.getByLabel("原因").fill("活动漏发");
    await give.click();
    await dialog.waitFor({ state: "detached" });
    await expect.poll(async () => (await points()).active).toBe(active + 200);
    await page.getByRole("button", { name: "兑换", exact: true }).click();
    await dialog.getByLabel("积分", { exact: true }).fill("150");
    await dialog.getByLabel("单号或礼品").fill("E2E-1");
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole("button", { name: "兑换" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("兑换 · E2E-1").first().waitFor();
    expect((await points()).active).toBe(active + 50);
    await openPath("/points/ledger");
    await page.getByRole("searchbox", { name: "查找会员或引用" }).fill("redeem:E2E-1");
    await page.getByRole("link", { name: "按引用查：redeem:E2E-1" }).click();
    await page.getByText("可用 批次").first().waitFor();
  });
});

describe("liability", () => {
  it("stands in points and money, its statement adds up, and can be taken away as a workbook", async () => {
    await openPath("/points/liability");
    const { liability } = await overview();
    const all = liability.active + liability.pending + liability.held;
    await page.getByText(shown(all), { exact: true }).first().waitFor();
    await page.getByText("期初加变动等于期末").waitFor();
    await page.getByRole("button", { name: "按日" }).click();
    expect(new URL(page.url()).searchParams.get("by")).toBe("day");
    const address = await page.getByRole("link", { name: "导出 Excel" }).getAttribute("href");
    const file = await session.context.request.get(session.server.url + (address ?? ""));
    expect((await file.body()).subarray(0, 2).toString()).toBe("PK");
  });

  it("has budgets that are made and funded in one form", async () => {
    await page.getByRole("button", { name: "新建预算" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("编码").fill("Spring");
    await dialog.getByText(/编码只能用小写字母/).waitFor();
    await dialog.getByLabel("编码").fill("spring");
    await dialog.getByLabel("注入多少积分").fill("5000");
    await dialog.getByRole("button", { name: "新建预算" }).click();
    await page.getByText("剩 5,000，共注入 5,000").first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(trouble).toEqual([]);
  });

  it("has budgets that nothing is put into, with limits by period in points and money; the rules page shows how far they are", async () => {
    await page.getByRole("button", { name: "新建预算" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("编码").fill("daily");
    await dialog.getByLabel("怎么控制").selectOption("limits");
    expect(await dialog.getByRole("button", { name: "新建预算" }).isDisabled()).toBe(true);
    await dialog.getByLabel("每天最多", { exact: true }).fill("1000");
    await dialog.getByLabel("每月最多的单位").selectOption("minor");
    await dialog.getByLabel("每月最多", { exact: true }).fill("200.5");
    await picture("points-limits-dialog");
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole("button", { name: "新建预算" }).click();
    await page.getByText("今天已用 0 / 1,000 分 · 0%").waitFor();
    await page.getByText(/本月已用 ¥0.00 \/ ¥200.50 · 0%/).waitFor();
    await openPath("/points");
    await page.getByText("到 100% 停发").waitFor();
    await picture("points-rules");
    expect(await page.getByRole("img", { name: "今天已用 0 / 1,000 分 · 0%" }).count()).toBe(1);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("link", { name: "管理预算" }).click();
    await picture("points-budgets");
    const line = page.getByRole("listitem").filter({ hasText: "daily" });
    await line.getByRole("button", { name: "限额" }).click();
    await dialog.getByLabel("每天最多", { exact: true }).fill("");
    await dialog.getByRole("button", { name: "保存限额" }).click();
    await page.getByText("今天已用").waitFor({ state: "detached" });
    expect(trouble).toEqual([]);
  });
});
