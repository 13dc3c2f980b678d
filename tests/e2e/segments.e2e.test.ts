import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

const LONG = process.env["HUITOU_LONG"] === "1";
let session: OwnerSession;

beforeAll(async () => {
  session = await sharedSession();
});

afterAll(async () => await session?.close(), 60_000);

const shown = async (page: Page): Promise<number> =>
  Number(((await page.locator(".sg-number").textContent()) ?? "").replaceAll(",", ""));

/** The count, once it belongs to what stands in the builder. */
async function counted(page: Page): Promise<number> {
  await page.locator(".sg-count [aria-busy=false] .sg-number").waitFor();
  return await shown(page);
}

const chips = (page: Page) => page.locator(".sg-chip");

describe("the segment builder", () => {
  it("is built, counted, undone, redone and saved with the keyboard alone", async () => {
    const page = await session.open("/segments/new");
    const trouble = listenForTrouble(page);
    await page.getByRole("combobox", { name: "搜索可用的条件" }).focus();
    await page.keyboard.type("购买商品");
    await page.keyboard.press("Enter");
    await page.getByRole("group", { name: /过去 90 天 购买商品/ }).waitFor();
    const ninety = await counted(page);
    expect(ninety).toBeGreaterThan(0);
    await chips(page).first().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "过去 365 天" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await expect.poll(() => shown(page), { timeout: 20_000 }).toBeGreaterThan(ninety);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("过去 365 天");
    await page.keyboard.press("Control+z");
    await expect.poll(() => shown(page), { timeout: 20_000 }).toBe(ninety);
    await page.keyboard.press("Control+Shift+z");
    await expect.poll(() => shown(page), { timeout: 20_000 }).toBeGreaterThan(ninety);
    await page.getByLabel("分群名称").fill("一年内买过");
    await page.getByRole("button", { name: "保存" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("已保存「一年内买过」").waitFor();
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("offers the value that was searched for, narrows step by step, and shows who is left after a step", async () => {
    const page = await session.open("/segments/new");
    await page.getByRole("combobox", { name: "搜索可用的条件" }).fill("乌龙茶");
    await page.getByRole("option", { name: /购买商品.*乌龙茶/ }).click();
    await page.getByRole("button", { name: "条件", exact: true }).click();
    await page.getByRole("combobox", { name: "搜索可用的条件" }).fill("已绑微信");
    await page.keyboard.press("Enter");
    const total = await counted(page);
    await expect.poll(() => page.locator(".sg-funnel tbody tr").count()).toBe(3);
    const steps = await page.locator(".sg-funnel td").allTextContents();
    const numbers = steps.map((text) => Number(text.replaceAll(",", "")));
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
    expect(numbers.at(-1)).toBe(total);
    await page.getByRole("button", { name: /看第 1 步剩下的会员/ }).click();
    await page.getByRole("heading", { name: "第 1 步剩下的会员" }).waitFor();
    expect(new URL(page.url()).searchParams.get("step")).toBe("1");
    await page.close();
  });

  it("is rebuilt from its address, with the same count", async () => {
    const page = await session.open("/segments/new");
    await page.getByRole("combobox", { name: "搜索可用的条件" }).fill("浏览");
    await page.keyboard.press("Enter");
    const count = await counted(page);
    const again = await session.open(new URL(page.url()).pathname + new URL(page.url()).search);
    expect(await again.locator(".sg-words").allTextContents()).toEqual(
      await page.locator(".sg-words").allTextContents(),
    );
    expect(await counted(again)).toBe(count);
    await again.close();
    await page.close();
    const broken = await session.open("/segments/new?c=bm90IGEgY29uZGl0aW9u");
    await broken.getByText("链接里的条件读不出来").waitFor();
    await broken.close();
  });

  it("cancels the count of a condition that was changed meanwhile and shows that of the newer one", async () => {
    const page = await session.open("/segments/new");
    const cancelled: string[] = [];
    page.on("requestfailed", (request) => cancelled.push(request.url()));
    let held = 0;
    await page.route("**/api/segments/count", async (route) => {
      held += 1;
      if (held === 1) return;
      await route.continue();
    });
    await page.getByRole("combobox", { name: "搜索可用的条件" }).fill("登录");
    await page.keyboard.press("Enter");
    await expect.poll(() => held).toBe(1);
    await chips(page).first().click();
    await page.getByRole("dialog").getByRole("button", { name: "过去 30 天" }).click();
    await counted(page);
    expect(cancelled.some((url) => url.endsWith("/api/segments/count"))).toBe(true);
    await page.close();
  });

  it("waits for a value that is missing, says so, and leaves the sentence out of the count", async () => {
    const page = await session.open("/segments/new");
    await page.getByRole("combobox", { name: "搜索可用的条件" }).fill("城市级别");
    await page.keyboard.press("Enter");
    const editor = page.getByRole("dialog");
    await editor.waitFor();
    await page.getByText("1 条还没填完，没有计入").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await editor.getByRole("option").first().click();
    await page.getByText("没有计入").waitFor({ state: "detached" });
    expect(await counted(page)).toBeGreaterThan(0);
    await page.close();
  });

  it("puts a sentence into a group of any, turns the word over, and takes the group out again", async () => {
    const page = await session.open("/segments/new");
    await page.getByRole("combobox", { name: "搜索可用的条件" }).fill("登录");
    await page.keyboard.press("Enter");
    const alone = await counted(page);
    await page.locator(".sg-sentence").hover();
    await page.getByRole("button", { name: "放进一组（满足任一）" }).click();
    const group = page.getByRole("region", { name: "条件组" });
    await group.getByRole("button", { name: "条件", exact: true }).click();
    await group.getByRole("combobox").fill("加购");
    await page.keyboard.press("Enter");
    await group.getByRole("button", { name: "满足任一", exact: true }).waitFor();
    await expect.poll(() => counted(page), { timeout: 20_000 }).toBeGreaterThanOrEqual(alone);
    expect(await seriousFindings(page)).toEqual([]);
    await group.getByRole("button", { name: "去掉这一组" }).click();
    await page.getByText("加一条条件就开始数").waitFor();
    await page.close();
  });

  it("opens the members of a kept segment, and only they can be acted on there", async () => {
    const { items } = await session.get<{ items: { segment_id: number; name: string; count: number }[] }>(
      "/api/segments",
    );
    const segment = items.find((one) => one.name === "一年内买过");
    const page = await session.open("/segments");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("link", { name: `${segment?.count.toLocaleString()} 一年内买过` }).click();
    await page.getByRole("heading", { name: "其中的会员" }).waitFor();
    await page.locator("table.mb-table tbody tr:not(.mb-gap)").first().waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await seriousFindings(page)).toEqual([]);
    await page.close();
  });
});

describe("a kept segment", () => {
  it("shows who came and went, is frozen and compared with now, and says who uses it before it can go", async () => {
    const condition = {
      node: "compare",
      operator: ">=",
      left: { node: "tag", key: "orders_365d" },
      right: { node: "integer", value: 1 },
    };
    const wide = await session.post<{ segment_id: number; count: number }>("/api/segments", {
      name: "一年有单",
      condition,
    });
    const narrow = { ...condition, right: { node: "integer", value: 3 } };
    await session.post("/api/segments", {
      name: "其中常客",
      condition: { node: "and", parts: [{ node: "segment", id: wide.segment_id }, narrow] },
    });
    const page = await session.open(`/segments/${wide.segment_id}?tab=movements`);
    const trouble = listenForTrouble(page);
    await page.getByText("按天列表（1 天有变动）").click();
    await page.getByRole("table").first().getByRole("button").first().press("Enter");
    expect(new URL(page.url()).searchParams.get("day")).toMatch(/^\d{4}-\d\d-\d\d$/);
    await page.getByRole("heading", { name: /的进出$/ }).waitFor();
    await page.getByRole("button", { name: "快照" }).click();
    await page.getByRole("button", { name: "拍一张" }).click();
    await page.getByRole("button", { name: "和现在比" }).click();
    await page.getByRole("button", { name: new RegExp(`^ ?一直在 ?${wide.count.toLocaleString()}`) }).click();
    await page.getByRole("heading", { name: /里都在/ }).waitFor();
    await page.locator("table.mb-table tbody tr:not(.mb-gap)").first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "删除", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("link", { name: "其中常客" }).waitFor();
    expect(await dialog.getByRole("button", { name: "删除", exact: true }).isDisabled()).toBe(true);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("says for a member what holds and what does not, with the value that is there", async () => {
    const { items } = await session.get<{ items: { segment_id: number; name: string }[] }>("/api/segments");
    const id = items.find((one) => one.name === "其中常客")?.segment_id;
    const page = await session.open(`/segments/${id}`);
    await page
      .getByRole("button", { name: /^为什么有/ })
      .first()
      .click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("在里面：条件都成立").waitFor();
    expect(await dialog.getByText("近一年订单数 ≥ 3").count()).toBe(1);
    expect(await dialog.locator(".ex-actual").count()).toBe(2);
    expect(await seriousFindings(page)).toEqual([]);
    expect(new URL(page.url()).searchParams.get("explain")).toMatch(/^\d+$/);
    await page.close();
  });

  it("is ticked with others to see their overlap, whose parts lead to members and to the builder", async () => {
    const page = await session.open("/segments");
    await page.getByRole("checkbox", { name: "选「一年有单」来比较" }).click();
    await page.getByRole("checkbox", { name: "选「其中常客」来比较" }).click();
    await page.getByRole("link", { name: "看 2 个的重叠" }).click();
    const row = page.locator(".up-row");
    await row.first().waitFor();
    expect(await row.count()).toBe(2);
    await row.first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator("table.mb-table tbody tr:not(.mb-gap)").first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    const label = (await row.nth(1).getAttribute("aria-label")) ?? "";
    await page.locator("#behind").getByRole("link", { name: "存为分群" }).click();
    await page.locator(".sg-words").first().waitFor();
    expect(await counted(page)).toBe(Number(/：([\d,]+)/.exec(label)?.[1]?.replaceAll(",", "")));
    await page.close();
  });
});

interface Rfm {
  readonly population: number;
  readonly thresholds: { readonly m_hi_minor: number; readonly f_hi: number };
  readonly cells: readonly { readonly cell: string; readonly members: number }[];
  readonly map: readonly { readonly members: number }[];
}

describe("RFM", () => {
  it("shows the thresholds of the version as numbers, and cells and maps that add up to the population", async () => {
    const rfm = await session.get<Rfm>("/api/rfm");
    const sum = (list: readonly { readonly members: number }[]) => list.reduce((total, one) => total + one.members, 0);
    expect(sum(rfm.cells)).toBe(rfm.population);
    expect(sum(rfm.map)).toBe(rfm.population);
    const page = await session.open("/rfm");
    const border = (rfm.thresholds.m_hi_minor / 100).toLocaleString("en-US", { minimumFractionDigits: 2 });
    expect(await page.locator(".rf-m-hi").allTextContents()).toEqual([`¥${border}`, `¥${border}`, `¥${border}`]);
    const figures = await page.locator(".rf-figure").allTextContents();
    expect(sum(figures.map((text) => ({ members: text === "·" ? 0 : Number(text.replaceAll(",", "")) })))).toBe(
      rfm.population,
    );
    expect(await seriousFindings(page)).toEqual([]);
    await page.close();
  });

  it("leads from a cell to its members, and on to a segment with the same count", async () => {
    const rfm = await session.get<Rfm>("/api/rfm");
    const cell = rfm.cells.find((one) => one.members > 0 && one.members < 90);
    const page = await session.open(`/rfm`);
    await page
      .getByLabel("RFM 九个级别")
      .getByRole("row", { name: new RegExp(`^${cell?.cell}`) })
      .getByRole("link")
      .click();
    await expect.poll(() => page.locator("table.mb-table tbody tr:not(.mb-gap)").count()).toBeGreaterThan(0);
    await page.getByRole("link", { name: "存为分群" }).click();
    await page.getByRole("group", { name: /RFM 类别/ }).waitFor();
    expect(await counted(page)).toBe(cell?.members);
    await page.close();
  });

  it("shows at once what a moved border would change, and saves nothing until asked", async () => {
    const before = await session.get<Rfm>("/api/rfm");
    const page = await session.open("/rfm");
    await page.getByRole("button", { name: "试改门槛" }).click();
    await page.getByText("0 位会员会换格，其中 0 位换类").waitFor();
    const border = page.getByRole("slider", { name: "高价值门槛 M（元）" }).first();
    await border.focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press("PageDown");
    await page.getByText(/^[1-9][\d,]* 位会员会换格/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "放弃" }).click();
    expect(await session.get<Rfm>("/api/rfm")).toEqual(before);
    await page.close();
  });

  it("is walked with the arrow keys", async () => {
    const page = await session.open("/rfm");
    await page.locator(".rf-cell").first().focus();
    for (const key of ["ArrowRight", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
    const label = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    await page.keyboard.press("Enter");
    await settled(page);
    expect(new URL(page.url()).searchParams.get("level")).toBe("1");
    expect(await page.locator(".rf-chosen").getAttribute("aria-label")).toBe(label);
    await page.close();
  });
});

const DARK_PAGES = [
  "/rfm",
  "/segments/overlap?ids=1,2",
  "/segments/1?tab=portrait",
  "/segments/1",
  "/segments/1?tab=snapshots",
  "/segments/1?tab=movements",
  "/segments/1?tab=export",
  "/tags",
  "/members",
];

it("the pages are readable in the dark, in English, at 390 px", async () => {
  const storageState = await session.context.storageState();
  const dark = await session.browser.newContext({
    colorScheme: "dark",
    storageState,
    viewport: { width: 390, height: 844 },
  });
  const page = await dark.newPage();
  // each takes seconds of axe: the quick run looks at those with pictures
  for (const path of LONG ? DARK_PAGES : DARK_PAGES.slice(0, 3)) {
    await page.goto(`${session.server.url}${path}${path.includes("?") ? "&" : "?"}lang=en`);
    await settled(page);
    expect([path, await seriousFindings(page)]).toEqual([path, []]);
  }
  await dark.close();
});
