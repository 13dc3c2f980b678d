import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listenForTrouble, seriousFindings } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
const pictures = process.env["HUITOU_PICTURES"];

beforeAll(async () => {
  session = await sharedSession();
});
afterAll(async () => await session?.close(), 600_000);

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

async function callWith(key: string): Promise<number> {
  const answer = await fetch(`${session.server.url}/api/members?limit=1`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return answer.status;
}

it("a client is made on its page, calls by the key shown once, is changed over and ended", async () => {
  const page = await session.open("/trust/clients");
  const trouble = listenForTrouble(page);
  await page.getByRole("button", { name: "新建接口客户端" }).click();
  await page.getByLabel("名称").fill("收银系统对接");
  await page.getByLabel("查看会员").check();
  await page.getByLabel("查看分群").check();
  expect(await seriousFindings(page)).toEqual([]);
  await picture(page, "clients-new");
  await page.getByRole("button", { name: "生成密钥" }).click();
  await page.getByRole("heading", { name: "请保存这把密钥" }).waitFor();
  const key = (await page.getByLabel("接口密钥").textContent()) ?? "";
  expect(await callWith(key)).toBe(200);
  await picture(page, "clients-key");
  await page.getByRole("button", { name: "我已保存好" }).click();
  await page.getByText("收银系统对接").waitFor();
  expect(await page.content()).not.toContain(key);
  await page.getByRole("button", { name: "管理 收银系统对接" }).click();
  await page.getByLabel("旧密钥继续有效").selectOption("0");
  await picture(page, "clients-manage");
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "轮换密钥" }).click();
  await page.getByRole("heading", { name: "请保存这把密钥" }).waitFor();
  const next = (await page.getByLabel("接口密钥").textContent()) ?? "";
  expect([await callWith(key), await callWith(next)]).toEqual([401, 200]);
  await page.getByRole("button", { name: "我已保存好" }).click();
  await page.getByRole("button", { name: "停用客户端" }).click();
  await page.getByRole("button", { name: "确定停用，不能恢复" }).click();
  await page.getByText("已停用").waitFor();
  expect(await callWith(next)).toBe(401);
  await picture(page, "clients-1440");
  expect(trouble).toEqual([]);
  await page.close();
});

it("is read on a phone", async () => {
  const phone = await session.open("/trust/clients", 390);
  await picture(phone, "clients-390");
  expect(await phone.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)).toBe(
    false,
  );
  expect(await seriousFindings(phone)).toEqual([]);
  await phone.getByRole("button", { name: "新建接口客户端" }).click();
  await picture(phone, "clients-390-new");
  await phone.close();
});
