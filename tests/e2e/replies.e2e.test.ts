import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings, settled } from "./console-pages.ts";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
beforeAll(async () => {
  session = await sharedSession();
});
afterAll(() => session.close());

describe("replies of members", () => {
  it("stand with what they did; one that waits is marked as answered, and a whole number finds its own", async () => {
    const { address } = await session.post<{ address: string }>("/api/messages/carriers/sms/callback", {});
    const reply = (phone: string, content: string, id: number) => ({
      phone_number: phone,
      content,
      send_time: new Date().toISOString().slice(0, 19).replace("T", " "),
      dest_code: "1",
      sequence_id: id,
      sign_name: "山野茶",
    });
    const told = await session.context.request.post(session.server.url + new URL(address).pathname, {
      data: [reply("13012345670", "TD", 1), reply("13012345671", "周六营业到几点？", 2)],
    });
    expect(told.ok()).toBe(true);
    const page = await session.open("/replies");
    await page.getByText("退订，没有会员可撤回").first().waitFor();
    const waiting = page.getByRole("row").filter({ has: page.getByRole("button", { name: "标为已回应" }) });
    expect(await waiting.count()).toBe(1);
    expect(await page.getByText("13012345671").count()).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    const picture = async (name: string) => {
      await settled(page);
      if (process.env["HUITOU_PICTURES"] !== undefined)
        await page.screenshot({ path: `${process.env["HUITOU_PICTURES"]}/replies-${name}.png`, fullPage: true });
    };
    await picture("1440");
    await page.setViewportSize({ width: 390, height: 844 });
    await picture("390");
    await page.setViewportSize({ width: 1440, height: 900 });
    await waiting.getByRole("button", { name: "标为已回应" }).click();
    await page.getByText("已回应", { exact: true }).first().waitFor();
    const search = page.getByRole("searchbox", { name: "整个手机号" });
    await search.fill("130 1234 5670");
    await search.press("Enter");
    await expect.poll(() => page.getByRole("row").filter({ hasText: "TD" }).count()).toBe(1);
    await expect.poll(() => page.getByText("已回应", { exact: true }).count()).toBe(0);
    expect(page.url()).not.toContain("130");
    await page.close();
  });
});
