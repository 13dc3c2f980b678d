import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
} from "../support/identity-provider.ts";
import { seriousFindings, settled } from "./console-pages.ts";
import { freePort } from "./console-server.ts";
import { type OwnerSession, ownerSession } from "./owner-session.ts";

let owner: OwnerSession;
let provider: IdentityProvider;
const pictures = process.env["HUITOU_PICTURES"];

/** The provider knows the console's address, and the console may call only a provider that it was told of: both before they start. */
beforeAll(async () => {
  const port = await freePort();
  provider = await startIdentityProvider(`http://127.0.0.1:${port}`);
  owner = await ownerSession(60, [], { port, env: { HUITOU_OIDC_ORIGINS: provider.issuer } });
  await owner.post("/api/people", { name: "陈数", email: "chen@shanye.example", role: "analyst" });
});
afterAll(async () => {
  await owner?.close();
  await provider?.stop();
});

async function picture(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png` });
}

/** A browser that nobody has signed in with, on the page that leads to the log-in. */
async function stranger(path: string, width = 1440): Promise<Page> {
  const context = await owner.browser.newContext({ viewport: { width, height: 900 }, locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto(owner.server.url + path);
  await page.getByRole("heading", { name: "登录" }).waitFor();
  return page;
}

const button = (page: Page) => page.getByRole("button", { name: "使用「公司账号」登录" });

describe("single sign-on", () => {
  it("is switched on where accounts are managed; without it the log-in page has no such button", async () => {
    const before = await stranger("/");
    await before.getByRole("button", { name: "登录", exact: true }).waitFor();
    expect(await button(before).count()).toBe(0);
    await before.context().close();
    const page = await owner.open("/trust/people");
    await page.getByLabel("名称").fill("公司账号");
    await page.getByLabel("签发者地址（issuer）").fill(provider.issuer);
    await page.getByLabel("客户端编号（client_id）").fill(CLIENT_ID);
    await page.getByLabel("客户端密钥").fill(CLIENT_SECRET);
    await page.getByLabel("允许的邮箱域名").fill("shanye.example");
    await page.getByLabel("开启").check();
    const form = page.locator("form", { has: page.getByLabel("签发者地址（issuer）") });
    await form.getByRole("button", { name: "保存" }).click();
    await page.getByText("已保存", { exact: true }).waitFor();
    await page.close();
  });

  it("leads over the provider and back to the page that was asked for, and out again", async () => {
    provider.account = { sub: "u-chen", email: "chen@shanye.example", email_verified: true };
    const page = await stranger("/segments?kind=saved");
    await button(page).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "sso-login");
    await button(page).click();
    await page.waitForURL(`${owner.server.url}/segments?kind=saved`);
    await settled(page);
    await page.getByRole("button", { name: /陈数/ }).click();
    await page.getByText("chen@shanye.example").waitFor();
    const linked = await owner.open("/trust/people");
    await linked.getByRole("row", { name: /陈数/ }).getByRole("button", { name: "管理" }).click();
    await linked.getByText("单点登录已关联").waitFor();
    await picture(linked, "sso-linked");
    await linked.close();
    await page.getByRole("button", { name: "退出登录" }).click();
    // the provider asks by itself whether its own session ends too
    await page.waitForURL((url) => url.href.startsWith(provider.issuer) || url.pathname === "/login");
    await page.goto(`${owner.server.url}/segments`);
    await page.getByRole("heading", { name: "登录" }).waitFor();
    await page.context().close();
  });

  it("says in words why an account is refused, and leads back to the log-in", async () => {
    provider.account = { sub: "u-nobody", email: "nobody@shanye.example", email_verified: true };
    const page = await stranger("/", 390);
    await button(page).click();
    await page.getByRole("link", { name: "回到登录页" }).waitFor();
    const said = await page.getByRole("alert").textContent();
    expect(said).toMatch(/[。]$/);
    expect(said).not.toMatch(/oidc_|undefined|\{/);
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, "sso-refused-390");
    await page.getByRole("link", { name: "回到登录页" }).click();
    await button(page).waitFor();
    await page.context().close();
  });
});
