import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { generateSync } from "otplib";
import type { BrowserContext, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { seriousFindings, settled } from "./console-pages.ts";
import { type ConsoleServer, startServer } from "./console-server.ts";

const OWNER = { email: "lin@shanye.example", password: "kettle over open fire" };
let server: ConsoleServer;
/** Passkeys are bound to a name, and an IP address is none. */
let home = "";
let browser: Awaited<ReturnType<typeof launchBrowser>>;
let context: BrowserContext;
let page: Page;
let cdp: CDPSession;
let authenticatorId = "";

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(1, ["--empty"]), launchBrowser()]);
  home = server.url.replace("127.0.0.1", "localhost");
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN" });
  const token = new URL(server.setup).searchParams.get("token");
  await send("/api/setup", { token, brand_name: "山野茶", name: "林晓", ...OWNER });
  page = await context.newPage();
  cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  ({ authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  }));
  await page.goto(`${home}/me/security`);
  await settled(page);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function send(path: string, data: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await context.request.post(home + path, { data, headers: { origin: home } });
  const text = await answer.text();
  return { status: answer.status(), body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** Signs in by password alone; the session owes its second factor. */
async function signIn(): Promise<void> {
  await context.clearCookies();
  expect((await send("/api/session", OWNER)).status).toBe(201);
}

const askAt = (at: Page, options: unknown) =>
  at.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json as PublicKeyCredentialRequestOptionsJSON);
    const answer = await navigator.credentials.get({ publicKey });
    return (answer as unknown as { toJSON(): unknown }).toJSON();
  }, options);
const optionsOf = async () => (await send("/api/session/passkey/options", {})).body;

describe("passkeys, with the browser's own authenticator", () => {
  it("is added on the security page, brings recovery codes once, and signs in", async () => {
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "添加通行密钥" }).click();
    await page.getByRole("button", { name: "开始添加" }).click();
    await page.getByRole("heading", { name: "请保存这 10 枚恢复码" }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "我已保存好" }).click();
    await page.getByText("还剩 10 枚").waitFor();
    await signIn();
    await page.goto(`${home}/members`);
    await page.getByRole("heading", { name: "还差一步" }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "使用通行密钥" }).click();
    await page.waitForURL(`${home}/members`);
    await page.getByRole("navigation").first().waitFor();
  });

  it("an answer is taken once: sent again it opens nothing", async () => {
    await signIn();
    const response = await askAt(page, await optionsOf());
    expect((await send("/api/session/passkey", { response })).status).toBe(204);
    expect((await send("/api/session/passkey", { response })).body).toMatchObject({ code: "access.passkey_refused" });
    await signIn();
    await optionsOf();
    expect((await send("/api/session/passkey", { response })).body).toMatchObject({
      code: "access.passkey_refused",
      status: 401,
    });
  });

  it("an answer that was given to another site is refused", async () => {
    const trap = createServer((_request, reply) => reply.setHeader("content-type", "text/html").end("<p>tea</p>"));
    trap.listen(0, "127.0.0.1");
    await once(trap, "listening");
    await signIn();
    const options = await optionsOf();
    await page.goto(`http://localhost:${(trap.address() as AddressInfo).port}/`);
    const response = await askAt(page, options);
    expect((await send("/api/session/passkey", { response })).body["detail"]).toContain("(origin)");
    trap.close();
    await page.goto(`${home}/me/security`);
  });

  it("an authenticator that did not verify its person is refused, by the browser and by the server", async () => {
    await signIn();
    const options = await optionsOf();
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await expect(askAt(page, options)).rejects.toThrow(/NotAllowed/);
    const response = await askAt(page, { ...options, userVerification: "discouraged" });
    expect((await send("/api/session/passkey", { response })).body).toMatchObject({ code: "access.passkey_refused" });
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  });

  it("a copy of a passkey shows by a counter that does not grow", async () => {
    const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
    const [credential] = credentials;
    if (credential === undefined) throw new Error("the authenticator holds no passkey");
    await signIn();
    const right = await askAt(page, await optionsOf());
    expect((await send("/api/session/passkey", { response: right })).status).toBe(204);
    await cdp.send("WebAuthn.removeCredential", { authenticatorId, credentialId: credential.credentialId });
    await cdp.send("WebAuthn.addCredential", { authenticatorId, credential: { ...credential, signCount: 0 } });
    await signIn();
    const copied = await askAt(page, await optionsOf());
    expect((await send("/api/session/passkey", { response: copied })).body["detail"]).toContain("(counter)");
    await cdp.send("WebAuthn.removeCredential", { authenticatorId, credentialId: credential.credentialId });
    await cdp.send("WebAuthn.addCredential", { authenticatorId, credential: { ...credential, signCount: 1_000 } });
  });
});

describe("my security", () => {
  it("asks for the second factor in a dialog when it is wanted afresh, and goes on with what was asked", async () => {
    await signIn();
    const response = await askAt(page, await optionsOf());
    expect((await send("/api/session/passkey", { response })).status).toBe(204);
    await page.goto(`${home}/me/security`);
    await settled(page);
    // as five minutes later
    const refusal = { code: "access.step_up_required", detail: "again", detail_zh: "请再次验证" };
    await page.route(
      "**/api/me/recovery-codes",
      (route) => route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify(refusal) }),
      { times: 1 },
    );
    await page.getByRole("button", { name: "重新生成" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "重新生成" }).click();
    await page.getByRole("heading", { name: "验证身份" }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "使用通行密钥" }).click();
    await page.getByRole("heading", { name: "请保存这 10 枚恢复码" }).waitFor();
    await page.getByRole("button", { name: "我已保存好" }).click();
  });

  it("takes an authenticator app by its picture or key, at 390 px too", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("button", { name: "添加验证器应用" }).click();
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByRole("img", { name: "验证器应用的二维码" }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByText("不能扫码？手动输入密钥").click();
    const secret = (await page.locator("details code").innerText()).replaceAll(" ", "");
    await page.getByLabel("应用上显示的 6 位数字").fill(generateSync({ secret }));
    await page.getByRole("button", { name: "确认添加" }).click();
    await page.getByText("我的手机").waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    expect(await seriousFindings(page)).toEqual([]);
  });
});
