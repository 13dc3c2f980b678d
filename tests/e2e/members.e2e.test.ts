import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

const PHONE = "13912345678";

let session: OwnerSession;
let write_key = "";

beforeAll(async () => {
  session = await sharedSession();
  const made = await session.post<{ write_key: string }>("/api/sources", {
    name: "测试商城",
    kind: "segment",
    key: "e2e",
  });
  write_key = made.write_key;
  await send("identify", { userId: "e2e-1", traits: { phone: PHONE, name: "赵小满", city: "杭州" } });
  await vi.waitFor(async () => expect(await found(PHONE)).toBe(1), { timeout: 150_000, interval: 300 });
});

afterAll(async () => await session?.close(), 60_000);

let sent = 0;

/** Sends one message of the Segment protocol, as an SDK would. */
async function send(type: "identify" | "track", message: object): Promise<void> {
  sent += 1;
  const authorization = `Basic ${Buffer.from(`${write_key}:`).toString("base64")}`;
  const data = { messageId: `e2e-${sent}`, ...message };
  const answer = await session.context.request.post(`${session.server.url}/v1/${type}`, {
    data,
    headers: { authorization },
  });
  expect(answer.status()).toBe(200);
}

async function found(text: string): Promise<number> {
  return (await session.get<{ items: unknown[] }>(`/api/members/search?q=${encodeURIComponent(text)}`)).items.length;
}

async function memberId(): Promise<number> {
  const { items } = await session.get<{ items: { member_id: number }[] }>(`/api/members/search?q=${PHONE}`);
  return items[0]?.member_id ?? 0;
}

const rows = (page: Page) => page.locator("table.mb-table tbody tr:not(.mb-gap)");

describe("the list of members", () => {
  it("keeps only the rows in sight in the page and loads more by cursor down to the last one", async () => {
    const page = await session.open("/members");
    const { total } = await session.get<{ total: number }>("/api/members?limit=1");
    expect(total).toBeGreaterThan(200);
    let most = 0;
    await expect
      .poll(
        async () => {
          await page.mouse.wheel(0, 3000);
          most = Math.max(most, await rows(page).count());
          return await page.getByText(`全部 ${total.toLocaleString()} 位都在这里了`).count();
        },
        { timeout: 150_000 },
      )
      .toBe(1);
    expect(most).toBeLessThan(80);
    await page.close();
  });

  it("opens a member by keyboard and comes back to the same order", async () => {
    const page = await session.open("/members?sort=net");
    const first = page.locator("a.mb-name").first();
    const name = await first.textContent();
    await first.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: name ?? "" }).waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "净消费", pressed: true }).waitFor();
    await page.close();
  });
});

describe("searching members", () => {
  it("says how the text was understood, by phone, last four digits and surname", async () => {
    const page = await session.open("/members");
    const field = page.getByRole("searchbox", { name: "查找会员" });
    for (const [text, words] of [
      [PHONE, "按手机号查找"],
      [PHONE.slice(-4), "按手机后四位查找"],
      ["赵", "按姓查找"],
    ] as const) {
      await field.fill(text);
      await page.getByText(words, { exact: true }).waitFor();
      await page.getByText("139****5678").first().waitFor();
    }
    expect(new URL(page.url()).searchParams.get("q")).toBe("赵");
    expect(await seriousFindings(page)).toEqual([]);
    await page.close();
  });

  it("says what to type when nobody is found", async () => {
    const page = await session.open("/members?q=13800001234");
    await page.getByText("没有手机号是这个的会员").waitFor();
    await page
      .getByText(/不做模糊查找/)
      .last()
      .waitFor();
    await page.getByRole("button", { name: "清除查找" }).last().click();
    await rows(page).first().waitFor();
    await page.close();
  });
});

// Before anything below changes who holds what.
describe("tags", () => {
  it("finds a tag by one of its values, shows its spread, and leads from a count to exactly those members", async () => {
    const page = await session.open("/tags?q=乌龙");
    const tags = await session.get<{ items: { key: string; zh: string }[] }>("/api/tags");
    const wanted = tags.items.find((tag) => tag.key === "join_channel");
    await page.getByRole("searchbox").fill(wanted?.zh ?? "");
    await page.getByRole("link", { name: wanted?.zh ?? "", exact: true }).click();
    await page.getByRole("heading", { name: "取值与分布" }).waitFor();
    await settled(page);
    expect(await seriousFindings(page)).toEqual([]);
    const link = page.getByRole("link", { name: /查看会员/ }).first();
    const count = Number((await link.locator(".ht-figure").textContent())?.replaceAll(",", ""));
    expect(count).toBeGreaterThan(0);
    await link.click();
    await page.getByRole("button", { name: /^去掉筛选/ }).waitFor();
    await expect.poll(() => page.getByText(/^共 .* 位$/).textContent()).toBe(`共 ${count.toLocaleString()} 位`);
    await page.close();
  });

  it("of personal data that are masked for the reader is counted, says so, and leads to no list that would be refused", async () => {
    const page = await session.open("/tags/gender");
    await page.getByText(/L3 级个人信息，您的权限只能遮盖显示/).waitFor();
    expect(await page.getByRole("link", { name: /查看会员/ }).count()).toBe(0);
    await page.close();
  });

  it("folds the SQL of each engine under the worked example", async () => {
    const page = await session.open("/tags/spend_365d");
    const sql = page.getByText(/^with |^WITH /).first();
    expect(await sql.isVisible()).toBe(false);
    await page.getByText("DuckDB（全量，所有会员）").click();
    await page.getByLabel("DuckDB（全量，所有会员）").waitFor();
    await page.close();
  });
});

describe("one member", () => {
  it("shows an event of the member while the page stands open, without reloading", async () => {
    const page = await session.open(`/members/${await memberId()}`);
    const trouble = listenForTrouble(page);
    await page.getByText("实时", { exact: true }).waitFor();
    const started = performance.now();
    await send("track", { userId: "e2e-1", event: "Product Viewed", properties: { sku: "E2E-1", category: "乌龙茶" } });
    await page.locator(".tl-fresh").getByText("E2E-1").waitFor();
    console.log(`event sent → on the open member page: ${Math.round(performance.now() - started)} ms`);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("filters the timeline by kind and keeps the filter in the address", async () => {
    const page = await session.open(`/members/${await memberId()}`);
    await page.getByRole("button", { name: "交易" }).click();
    await page.getByText("没有这几种经过").waitFor();
    expect(new URL(page.url()).searchParams.get("kinds")).toBe("trade");
    await page.reload();
    await page.getByRole("button", { name: "交易", pressed: true }).waitFor();
    await page.getByRole("button", { name: "行为" }).click();
    await page.getByText("E2E-1").waitFor();
    await page.close();
  });

  it("explains a join and takes it back with a reason", async () => {
    const { items } = await session.get<{ items: { join_id: number; member_id: number; undoable: boolean }[] }>(
      "/api/joins?state=standing",
    );
    const join = items.find((one) => one.undoable);
    const page = await session.open(`/members/${join?.member_id}`);
    const before = await page.getByRole("button", { name: "拆开" }).count();
    await page.getByText("为什么").first().click();
    await page
      .getByText(/^两边的/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "拆开" }).first().click();
    expect(await page.getByRole("button", { name: "确认拆开" }).isDisabled()).toBe(true);
    await page.getByLabel("拆开的原因").fill("母女共用一个手机号");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "确认拆开" }).click();
    await page.getByText("已拆开", { exact: true }).waitFor();
    await expect.poll(() => page.getByRole("button", { name: "拆开" }).count()).toBeLessThan(before);
    await page.close();
  });

  it("is used with one thumb on a phone: one part at a time, chosen at the bottom", async () => {
    const page = await session.open(`/members/${await memberId()}`, 390);
    const part = page.getByRole("group", { name: "版面" });
    const box = await part.boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeGreaterThan(780);
    await part.getByRole("button", { name: "身份与资料" }).click();
    await page.getByRole("heading", { name: "身份", exact: true }).waitFor();
    expect(await page.getByRole("heading", { name: "全部经过" }).isVisible()).toBe(false);
    expect(new URL(page.url()).searchParams.get("tab")).toBe("profile");
    expect(await seriousFindings(page)).toEqual([]);
    await page.close();
  });

  it("says so when there is no such member", async () => {
    const page = await session.context.newPage();
    await page.goto(`${session.server.url}/members/999999999`);
    await page.getByText("没有这位会员").waitFor();
    await page.close();
  });
});

interface LostRules {
  readonly version: number;
  readonly rules: readonly { readonly category: string; readonly lost_after_days: number }[];
  readonly categories: readonly string[];
  readonly versions: readonly { readonly person_name: string | null; readonly reason: string | null }[];
}

const lostRules = () => session.get<LostRules>("/api/lifecycle/rules");

describe("days until lost", () => {
  const save = async (page: Page, reason?: string) => {
    await page.getByRole("button", { name: "存为新版" }).click();
    const dialog = page.getByRole("dialog");
    if (reason !== undefined) await dialog.getByLabel("原因").fill(reason);
    await dialog.getByRole("button", { name: "存为新版" }).click();
  };

  it("are set for a category with the keyboard: what would change stands beside them, a version with a reason is kept", async () => {
    const page = await session.open("/lifecycle");
    const trouble = listenForTrouble(page);
    await page.getByRole("button", { name: "修改", exact: true }).press("Enter");
    await page.getByText("没有会员的阶段会变").waitFor();
    await page.getByRole("button", { name: "加一个品类" }).press("Enter");
    const chosen = page.getByLabel("一级品类");
    await expect.poll(() => chosen.evaluate((element) => element === document.activeElement)).toBe(true);
    const category = "礼盒";
    await chosen.selectOption(category);
    const days = page.getByLabel(`${category}流失天数`);
    await days.fill("5");
    await page.getByText("填 30 至 1095 之间的整数").waitFor();
    expect(await page.getByRole("button", { name: "存为新版" }).isDisabled()).toBe(true);
    await days.fill("60");
    const rules = [{ category, lost_after_days: 60 }];
    const asked = await session.post<{ becomes_lost: number; lost_before: number; lost_after: number }>(
      "/api/lifecycle/rules/what-if",
      { rules },
    );
    expect(asked.becomes_lost).toBeGreaterThan(0);
    await page.getByText(`${asked.becomes_lost.toLocaleString()} 位会员变成流失`).waitFor();
    const row = page.getByRole("region", { name: "今天的会员会怎样" }).getByRole("row", { name: /^流失/ });
    const difference = asked.lost_after - asked.lost_before;
    expect(await row.textContent()).toContain(`▲增加 ${difference.toLocaleString()}`);
    await page.reload();
    expect(await page.getByLabel(`${category}流失天数`).inputValue()).toBe("60");
    expect(await seriousFindings(page)).toEqual([]);
    await save(page, "礼盒多是节日买");
    await page.getByText("已存为第 1 版").waitFor();
    expect(await lostRules()).toMatchObject({ version: 1, rules, versions: [{ reason: "礼盒多是节日买" }] });
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("that somebody else saved meanwhile are shown beside what was typed, of which nothing is lost", async () => {
    const page = await session.open("/lifecycle");
    await page.getByRole("button", { name: "修改", exact: true }).click();
    await page.getByLabel("礼盒流失天数").fill("75");
    const theirs = { rules: [{ category: "茶具", lost_after_days: 365 }], based_on: 1, reason: "茶具用得久" };
    const path = `${session.server.url}/api/lifecycle/rules`;
    const put = await session.context.request.put(path, { data: theirs, headers: { origin: session.server.url } });
    expect(put.status()).toBe(202);
    await save(page, "节后再看");
    const told = page.getByRole("alert").filter({ hasText: "林晓 已存了第 2 版" });
    await told.getByText("现行规则：茶具 365 天").waitFor();
    expect(await page.getByLabel("礼盒流失天数").inputValue()).toBe("75");
    await told.getByRole("button", { name: "在第 2 版上继续改我的" }).click();
    await save(page);
    await page.getByText("已存为第 3 版").waitFor();
    expect(await lostRules()).toMatchObject({
      rules: [{ category: "礼盒", lost_after_days: 75 }],
      versions: [{ reason: "节后再看" }, {}, {}],
    });
    await page.close();
  });

  it("are put back as an earlier version had them, at 390 px", async () => {
    const page = await session.open("/lifecycle", 390);
    await page.getByText("各版本（3）").click();
    await page.getByRole("button", { name: "恢复第 2 版" }).click();
    expect(await page.getByLabel("茶具流失天数").inputValue()).toBe("365");
    expect(await seriousFindings(page)).toEqual([]);
    await save(page, "还是按茶具来");
    await page.getByText("已存为第 4 版").waitFor();
    expect((await lostRules()).rules).toEqual([{ category: "茶具", lost_after_days: 365 }]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    await page.close();
  });
});
