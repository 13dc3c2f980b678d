import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnerSession, sharedSession } from "./owner-session.ts";

let session: OwnerSession;
beforeAll(async () => {
  session = await sharedSession();
});
afterAll(() => session.close());

describe("steps that ask other parts of the platform", () => {
  it("are put on ways, say what they lack until it is chosen, and stand as sentences", async () => {
    const page = await session.open("/journeys");
    await page.getByRole("button", { name: "新建旅程" }).click();
    await page.getByRole("button", { name: "空白旅程" }).click();
    const naming = page.getByRole("dialog", { name: "新建旅程" });
    await naming.getByLabel("叫什么").fill("新客礼遇");
    await naming.getByLabel("代号").fill("newcomer_care");
    await naming.getByRole("button", { name: "去画" }).click();
    const put = async (kind: string, plus: number) => {
      await page.getByRole("button", { name: "在这里加一步" }).nth(plus).click();
      await page.getByRole("menuitem", { name: kind, exact: true }).click();
      return page.getByRole("region", { name: kind });
    };
    const coupon = await put("发优惠券", 0);
    await page.getByText("这里还没有选优惠券").first().waitFor();
    await coupon.getByLabel("优惠券").selectOption("welcome");
    await page
      .getByText(/^发优惠券「.+」$/)
      .first()
      .waitFor();
    const benefit = await put("给权益", 1);
    await benefit.getByLabel("权益").selectOption("birthday_treat");
    await page.getByText("给权益「生日茶点」").first().waitFor();
    const tier = await put("给等级", 2);
    await tier.getByLabel("等级").selectOption("gold");
    await page
      .getByText(/^给等级「.+」，30 天$/)
      .first()
      .waitFor();
    const task = await put("导购任务", 3);
    await task.getByLabel("要做什么").fill("打电话问候");
    await task.getByRole("checkbox").check();
    await page.getByText("给导购派任务「打电话问候」，2 天内办，等办完再走").first().waitFor();
    await page.getByText("没有办", { exact: true }).first().waitFor();
    const experiment = await put("实验", 4);
    await experiment.getByLabel("实验代号").fill("newcomer_tone");
    await experiment.getByLabel("第 1 路叫").fill("warm");
    await page.getByText("实验「newcomer_tone」：warm 50% / b 50%").first().waitFor();
    if (process.env["HUITOU_PICTURES"] !== undefined) {
      await page.screenshot({ path: `${process.env["HUITOU_PICTURES"]}/journey-acts-1440.png`, fullPage: true });
      await page.getByRole("button", { name: "在这里加一步" }).first().click();
      await page.screenshot({ path: `${process.env["HUITOU_PICTURES"]}/journey-menu-1440.png` });
      await page.keyboard.press("Escape");
    }
    await page.getByText("已保存", { exact: true }).waitFor();
    await expect.poll(() => page.getByRole("alert").filter({ hasText: "处要改" }).count()).toBe(0);
    const drawn = await session.get<{ versions: { definition: { nodes: Record<string, { kind: string }> } }[] }>(
      "/api/journeys/newcomer_care",
    );
    const kinds = Object.values(drawn.versions[0]?.definition.nodes ?? {}).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(["ab", "benefit", "coupon", "exit", "staff_task", "tier"]);
    await page.close();
  });
});
