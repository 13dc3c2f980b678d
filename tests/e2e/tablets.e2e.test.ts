import { mkdir } from "node:fs/promises";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, ownerSession } from "./owner-session.ts";

const PASSWORD = "longjing-spring-1987";
const PIN = "840275";
const OTHER_PIN = "619403";
/** Where pictures go when somebody wants to look at them. */
const PICTURES = process.env["HUITOU_PICTURES"];
let owner: OwnerSession;
let store: { store_code: string; name: string };
let device: BrowserContext;
let tablet: Page;
const links = new Map<string, string>();

beforeAll(async () => {
  owner = await ownerSession(60);
  const { stores } = await owner.get<{ stores: { store_code: string; name: string }[] }>("/api/tablets");
  store = stores[0] ?? { store_code: "", name: "" };
  for (const name of ["王小满", "李一诺"]) {
    const person = { name, email: `${name}@shanye.example`, role: "clerk", scope_stores: [store.store_code] };
    links.set(name, (await owner.post<{ link: string }>("/api/people", person)).link);
  }
  device = await owner.browser.newContext({ viewport: { width: 820, height: 1180 }, locale: "zh-CN", hasTouch: true });
  tablet = await device.newPage();
});
afterAll(async () => owner?.close());

async function look(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await mkdir(PICTURES, { recursive: true });
  const before = page.viewportSize();
  for (const [width, height] of [
    [390, 844],
    [820, 1180],
    [1440, 900],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: `${PICTURES}/${name}-${width}.png` });
  }
  if (before !== null) await page.setViewportSize(before);
}

const press = async (page: Page, pin: string) => {
  for (const digit of pin) await page.getByRole("button", { name: digit, exact: true }).tap();
};
const at = (path: string) => owner.server.url + path;

describe("a store's tablet, from the first code to its end", () => {
  it("is added by a manager, whose code makes a browser the store's tablet", async () => {
    const page = await owner.open("/trust/tablets");
    await page.getByRole("button", { name: "新增平板" }).click();
    await page.getByLabel("门店", { exact: true }).selectOption(store.store_code);
    await look(page, "make");
    await page.getByRole("button", { name: "生成绑定码" }).click();
    const code = await page.getByLabel("绑定码", { exact: true }).innerText();
    expect(code.trim()).toMatch(/^[a-z2-9]{5}-[a-z2-9]{5}$/);
    await look(page, "code");
    await page.getByRole("button", { name: "好的" }).click();
    await tablet.goto(at("/till"));
    await settled(tablet);
    expect(await seriousFindings(tablet)).toEqual([]);
    await look(tablet, "bind");
    await tablet.getByLabel("绑定码").fill("aaaaa-aaaaa");
    await tablet.getByRole("button", { name: "绑定这台设备" }).tap();
    await tablet.getByText("绑定码不对").waitFor();
    await tablet.getByLabel("绑定码").fill(code.trim());
    await tablet.getByRole("button", { name: "绑定这台设备" }).tap();
    await tablet.getByRole("heading", { name: "您是哪一位？" }).waitFor();
    await tablet.getByText(store.name).waitFor();
    await page.close();
  });

  it("clerks set their PINs: one by a link of the manager, one on their own security page", async () => {
    const page = await owner.open("/trust/tablets");
    await page
      .getByRole("row", { name: /王小满/ })
      .getByRole("button", { name: "设置链接" })
      .click();
    const link = (await page.getByLabel("PIN 设置链接", { exact: true }).innerText()).trim();
    await look(page, "pin-link");
    const phone = await (await owner.browser.newContext({ locale: "zh-CN" })).newPage();
    await phone.goto(link.replace(/^https?:\/\/[^/]+/, owner.server.url));
    await phone.getByLabel("PIN", { exact: true }).fill("123456");
    await phone.getByLabel("再输一次").fill("123456");
    await phone.getByRole("button", { name: "设置 PIN" }).click();
    await phone.getByText("太容易被猜到").waitFor();
    expect(await seriousFindings(phone)).toEqual([]);
    await look(phone, "set-pin");
    await phone.getByLabel("PIN", { exact: true }).fill(PIN);
    await phone.getByLabel("再输一次").fill(PIN);
    await phone.getByRole("button", { name: "设置 PIN" }).click();
    await phone.getByRole("heading", { name: "PIN 已设好" }).waitFor();
    const own = await owner.browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN" });
    const token = new URL(links.get("李一诺") ?? "").searchParams.get("token");
    const joined = await own.request.post(at("/api/invitation"), {
      data: { token, password: PASSWORD },
      headers: { origin: owner.server.url },
    });
    expect(joined.status()).toBe(201);
    const security = await own.newPage();
    await security.goto(at("/me/security"));
    await settled(security);
    await security.getByLabel("新 PIN").fill(OTHER_PIN);
    await security.getByLabel("当前密码").last().fill(PASSWORD);
    await look(security, "security");
    await security.getByRole("button", { name: "设置 PIN" }).click();
    await security.getByText("PIN 已设好").waitFor();
    expect(await seriousFindings(security)).toEqual([]);
    await own.close();
    await page.close();
  });

  it("a tap on the name and the PIN let in, to the own store's members; a wrong PIN says no more than that", async () => {
    await tablet.reload();
    await settled(tablet);
    expect(await seriousFindings(tablet)).toEqual([]);
    await look(tablet, "names");
    await tablet.getByRole("button", { name: /王小满/ }).tap();
    await tablet.getByRole("heading", { name: "王小满，请输入 PIN" }).waitFor();
    await press(tablet, "840");
    expect(await seriousFindings(tablet)).toEqual([]);
    await look(tablet, "pad");
    await press(tablet, "276");
    await tablet.getByText("PIN 不对").waitFor();
    await look(tablet, "wrong");
    await press(tablet, PIN);
    await tablet.waitForURL(at("/members"));
    await settled(tablet);
    await tablet.getByRole("button", { name: "换人" }).waitFor();
    expect(await seriousFindings(tablet)).toEqual([]);
    await look(tablet, "members");
    const answer = await device.request.get(at("/api/me/security"));
    expect(((await answer.json()) as { code: string }).code).toBe("access.tablet_closed");
  });

  it("change of person shows the names at once, and the next one comes in by the keyboard", async () => {
    await tablet.getByRole("button", { name: "换人" }).tap();
    await tablet.getByRole("heading", { name: "您是哪一位？" }).waitFor();
    expect((await device.request.get(at("/api/members?limit=1"))).status()).toBe(401);
    await tablet.goto(at("/members"));
    await tablet.getByRole("heading", { name: "您是哪一位？" }).waitFor();
    await tablet.getByRole("button", { name: /李一诺/ }).focus();
    await tablet.keyboard.press("Enter");
    await tablet.getByRole("heading", { name: "李一诺，请输入 PIN" }).waitFor();
    await tablet.keyboard.type("61");
    await tablet.keyboard.press("Backspace");
    await tablet.keyboard.type(OTHER_PIN.slice(1));
    await tablet.waitForURL(at("/members"));
    await tablet.getByRole("status").getByText("李一诺").waitFor();
  });

  it("shows who used it last, and once ended it is no tablet any more", async () => {
    const page = await owner.open("/trust/tablets");
    const row = page.getByRole("row", { name: new RegExp(store.name) }).first();
    await row.getByText("李一诺").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await look(page, "list");
    await row.getByRole("button", { name: /停用/ }).click();
    await row.getByRole("button", { name: "确认停用" }).click();
    await page.getByText("已停用，那台设备").waitFor();
    await tablet.goto(at("/members"));
    await tablet.waitForURL(/\/login/);
    await tablet.goto(at("/till"));
    await tablet.getByRole("heading", { name: "绑定门店平板" }).waitFor();
  });
});
