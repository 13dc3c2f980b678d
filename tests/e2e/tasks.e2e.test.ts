import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

interface Associate {
  readonly associate_id: number;
  readonly code: string;
  readonly store_code: string | null;
  readonly members: number;
}

let session: OwnerSession;
let own: Associate;
let leaving: Associate;
let others: readonly Associate[];
const PICTURES = process.env["HUITOU_PICTURES"];

async function send(method: "PUT" | "POST", path: string, data: unknown, key?: string): Promise<void> {
  const answer = await session.context.request.fetch(session.server.url + path, {
    method,
    data,
    headers: { origin: session.server.url, ...(key === undefined ? {} : { "idempotency-key": key }) },
  });
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
}

const membersOf = async ({ associate_id }: Associate) =>
  (await session.get<{ items: { member_id: number }[] }>(`/api/associates/${associate_id}/members`)).items.map(
    ({ member_id }) => member_id,
  );

const picture = async (path: string, name: string) => {
  if (PICTURES === undefined) return;
  for (const width of [1440, 390]) {
    const page = await session.open(path, width);
    await page.screenshot({ path: `${PICTURES}/${name}-${width}.png`, fullPage: true });
    await page.close();
  }
};

beforeAll(async () => {
  session = await sharedSession();
  const { items } = await session.get<{ items: Associate[] }>("/api/associates");
  const some = items.filter(({ members }) => members > 0).toSorted((a, b) => b.members - a.members);
  [own, leaving] = some as [Associate, Associate];
  others = some.slice(2, 4);
  const { people } = await session.get<{ people: { person_id: number; name: string }[] }>("/api/associates/choices");
  const { person_id } = people.find(({ name }) => name === "林晓") ?? {};
  await send("PUT", `/api/associates/${own.associate_id}`, { name: "林晓", store_code: own.store_code, person_id });
  const { today } = await session.get<{ today: string }>("/api/tasks");
  const later = new Date(Date.parse(today) + 5 * 86_400_000).toISOString().slice(0, 10);
  const [first, second] = await membersOf(own);
  await send("POST", "/api/tasks", { member_id: first, text: "生日前打电话问候", due_day: today }, "e2e-1");
  await send(
    "POST",
    "/api/tasks",
    { member_id: second, text: "送新茶小样，问上次的茶合不合口味", due_day: later },
    "e2e-2",
  );
  const [third] = await membersOf(leaving);
  await send("POST", "/api/tasks", { member_id: third, text: "约到店品鉴", due_day: later }, "e2e-3");
});
afterAll(() => session.close());

describe("tasks of associates in the console", () => {
  it("are done with one touch on a phone, dropped with a reason, and found again", async () => {
    await picture("/tasks", "tasks-inbox");
    const page = await session.open("/tasks", 390);
    const card = page.getByRole("listitem").filter({ hasText: "生日前打电话问候" });
    await card.getByText("今天").waitFor();
    await card.getByRole("button", { name: "办好了" }).click();
    await card.waitFor({ state: "detached" });
    const other = page.getByRole("listitem").filter({ hasText: "送新茶小样" });
    await other.getByRole("button", { name: "放弃" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByRole("button", { name: "放弃" }).isDisabled()).toBe(true);
    await dialog.getByLabel("原因").fill("会员出国了");
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "放弃" }).click();
    await other.waitFor({ state: "detached" });
    await page.getByRole("button", { name: /^放弃/ }).first().click();
    await page.getByRole("listitem").filter({ hasText: "会员出国了" }).waitFor();
    expect(new URL(page.url()).search).toBe("?state=dropped");
    await page.close();
  });

  it("stand beside one's members, with tier and last purchase", async () => {
    await picture("/tasks?tab=members", "tasks-members");
    const page = await session.open("/tasks?tab=members");
    await page.getByRole("heading", { name: /^我的会员（\d+）$/ }).waitFor();
    expect(await page.getByRole("row").count()).toBeGreaterThan(1);
    await page.getByRole("columnheader", { name: "最近购买" }).waitFor();
    await page.close();
  });

  it("and members of one who leaves are shared out in one act, and come back when it is undone", async () => {
    await picture("/tasks?tab=all", "tasks-all");
    const before = await membersOf(leaving);
    const page = await session.open("/tasks?tab=associates");
    await picture("/tasks?tab=associates", "tasks-associates");
    const row = page.getByRole("row").filter({ hasText: leaving.code });
    await row.getByRole("button", { name: "移交" }).click();
    const dialog = page.getByRole("dialog");
    for (const { code } of others) await dialog.getByRole("checkbox", { name: new RegExp(`^${code}`) }).check();
    await dialog.getByText("2 位轮流分到会员").waitFor();
    await dialog.getByLabel("原因").fill("离职");
    if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/tasks-hand-over-1440.png` });
    await dialog.getByRole("button", { name: "移交" }).click();
    await dialog.waitFor({ state: "detached" });
    await row.getByText("已离职").waitFor();
    expect(await membersOf(leaving)).toEqual([]);
    await picture(`/tasks?tab=associates&associate=${leaving.associate_id}`, "tasks-handed");
    await page.getByRole("button", { name: "撤回" }).click();
    await page.getByText("已撤回").first().waitFor();
    await row.getByText("已离职").waitFor({ state: "detached" });
    expect((await membersOf(leaving)).toSorted()).toEqual(before.toSorted());
    await page.close();
  });
});
