import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenForTrouble, PAGES, seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
const ids = { member: "", source: "", tag: "", batch: "" };

beforeAll(async () => {
  session = await sharedSession();
  const firstOf = async (path: string, key: string) => {
    const { items } = await session.get<{ items: Record<string, unknown>[] }>(path);
    return String(items[0]?.[key]);
  };
  ids.member = await firstOf("/api/members", "member_id");
  ids.source = await firstOf("/api/sources", "source_id");
  ids.tag = await firstOf("/api/tags", "key");
  const { batches } = await session.get<{ batches: { batch_id: number }[] }>("/api/coupons/welcome");
  ids.batch = String(batches[0]?.batch_id);
});
afterAll(() => session?.close());

describe("every page", () => {
  it.each(PAGES)("%s opens without errors and without serious findings of axe, at 1440 and 390 px", async (path) => {
    const address = path
      .replace(":member", () => ids.member)
      .replace(":source", () => ids.source)
      .replace(":tag", () => ids.tag)
      .replace(":batch", () => ids.batch);
    const page = await session.context.newPage();
    const trouble = listenForTrouble(page);
    await page.goto(session.server.url + address);
    await settled(page);
    expect(await seriousFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await page.close();
  });
});
