import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { APIRequestContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signatureSuite, signDocument, signerOf } from "../../src/access/index.ts";
import { listenForTrouble, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, ownerSession } from "./owner-session.ts";

const STORE = "S009";
const PIN = "840275";
const PASSWORD = "longjing-spring-1987";

let owner: OwnerSession;
let page: Page;
let trouble: string[] = [];
const pictures = process.env["HUITOU_PICTURES"];

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

/** A tablet of the store with a clerk working at it. */
async function tablet(): Promise<{ post: (path: string, data: unknown) => Promise<Record<string, unknown>> }> {
  const base = owner.server.url;
  const sending =
    (request: APIRequestContext) =>
    async (path: string, data: unknown, method = "POST") => {
      const answer = await request.fetch(base + path, { method, data: data as object, headers: { origin: base } });
      expect(answer.status(), `${path} ${await answer.text()}`).toBeLessThan(300);
      const text = await answer.text();
      return (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
    };
  const invited = await owner.post<{ link: string }>("/api/people", {
    name: "小茶",
    email: "xiaocha@example.com",
    role: "clerk",
    scope_stores: [STORE],
  });
  const token = new URL(invited.link).searchParams.get("token");
  const browser = owner.context.browser();
  if (browser === null) throw new Error("no browser");
  const clerk = await browser.newContext();
  const own = sending(clerk.request);
  await own("/api/invitation", { token, password: PASSWORD });
  await own("/api/me/pin", { pin: PIN, password: PASSWORD }, "PUT");
  const { person } = (await (await clerk.request.get(`${base}/api/session/state`)).json()) as {
    person: { id: number };
  };
  const { code } = await owner.post<{ code: string }>("/api/tablets", { store_code: STORE, name: "收银台" });
  const device = await browser.newContext();
  const post = sending(device.request);
  await post("/api/till/binding", { code });
  await post("/api/till/session", { person_id: person.id, pin: PIN });
  return { post };
}

beforeAll(async () => {
  owner = await ownerSession(60);
  const { items } = await owner.get<{ items: { member_id: number }[] }>("/api/members?limit=1");
  const member_id = items[0]?.member_id ?? 0;
  const { post } = await tablet();
  const key = signerOf(signatureSuite("ed25519")?.generate().private_pem ?? "");
  const { allowance } = (await post("/api/points/offline/allowances", {
    store_code: STORE,
    device_key: key.public_pem,
  })) as { allowance: { allowance_id: string; issued_at: string; member_max: number } };
  const burn = (receipt: string, points: number) =>
    signDocument(
      {
        format: "huitou-offline-burn/1",
        allowance_id: allowance.allowance_id,
        receipt,
        member_id,
        points,
        at: allowance.issued_at,
      },
      key,
    );
  await post("/api/points/offline/burns", {
    allowance,
    burns: [burn("OFF-1", 20), burn("OFF-1", 30), burn("OFF-2", allowance.member_max)],
  });
  page = await owner.open("/points/offline");
  trouble = listenForTrouble(page);
});
afterAll(async () => await owner?.close(), 600_000);

describe("offline exceptions", () => {
  it("say why each burn waits, and are settled by name and reason", async () => {
    await page.getByText("小票「OFF-1」或同一笔冻结已由").waitFor();
    await page.getByText("超过一位会员在这台收银机当天的离线额度").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await picture("offline-open");
    const row = page.getByRole("row", { name: /OFF-2/ });
    await row.getByRole("button", { name: "补记" }).click();
    await page.getByRole("dialog").getByLabel("原因").fill("与小票存根核对过");
    expect(await seriousFindings(page)).toEqual([]);
    await picture("offline-settle");
    await page.getByRole("dialog").getByRole("button", { name: "补记" }).click();
    await row.waitFor({ state: "detached" });
    const second = page.getByRole("row", { name: /OFF-1/ });
    expect(await second.getByRole("button", { name: "补记" }).count()).toBe(0);
    await second.getByRole("button", { name: "不记" }).click();
    await page.getByRole("dialog").getByLabel("原因").fill("重复上传");
    await page.getByRole("dialog").getByRole("button", { name: "不记" }).click();
    await page.getByText("没有待处理的").waitFor();
    await page.getByRole("button", { name: "已处理" }).click();
    await page.getByText("与小票存根核对过").waitFor();
    await page.getByText("重复上传").waitFor();
    await picture("offline-settled");
  });

  it("change the limits on the same page", async () => {
    await page.getByRole("button", { name: "修改" }).click();
    await page.getByLabel("每台每天（积分）", { exact: true }).fill("8000");
    expect(await seriousFindings(page)).toEqual([]);
    await picture("offline-rules");
    await page.getByRole("button", { name: "保存" }).click();
    await page.getByText("8,000").waitFor();
    await settled(page);
    expect(await owner.get("/api/points/offline/rules")).toMatchObject({ till_points: 8_000, shortfall: "debt" });
    expect(trouble).toEqual([]);
  });
});
