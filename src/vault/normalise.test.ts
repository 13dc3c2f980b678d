import { describe, expect, it } from "vitest";
import { holdsPersonalData, mask, maskText } from "./mask.ts";
import { normalise } from "./normalise.ts";

describe("phones in many spellings are one phone", () => {
  it.each([
    "19912345678",
    "+86 199-1234-5678",
    "0086 19912345678",
    "8619912345678",
    "１９９１２３４５６７８",
    "(199) 1234 5678",
  ])("%s", (text) => {
    expect(normalise("phone", text)).toEqual({ value: "+8619912345678" });
  });
});

describe("values that are never a key", () => {
  it.each([
    ["phone", "138****8000", "masked"],
    ["phone", "13800000000", "placeholder"],
    ["phone", "13800138000", "placeholder"],
    ["phone", "17012345678转1234", "extension"],
    ["phone", "17012345678-1234", "extension"],
    ["phone", "12345", "malformed"],
    ["phone", "未知", "empty"],
    ["email", "not an address", "malformed"],
    ["card_no", "88**88", "masked"],
    ["id_number", "11010519491231002A", "malformed"],
    ["mall_id", "null", "empty"],
  ])("%s %s is %s", (kind, text, reason) => expect(normalise(kind, text)).toEqual({ never_key: reason }));

  it("an identity card number needs its check digit (GB 11643-1999)", () => {
    expect(normalise("id_number", "11010519491231002x")).toEqual({ value: "11010519491231002X" });
  });

  it("e-mail is compared without case", () =>
    expect(normalise("email", " Lin@Tea.CN ")).toEqual({ value: "lin@tea.cn" }));
});

describe("masks", () => {
  it.each([
    ["phone", "+8619912345678", "199****5678"],
    ["name", "欧阳锋", "欧**"],
    ["name", "😀小明", "😀**"],
    ["email", "lin@tea.cn", "l***@tea.cn"],
    ["card_no", "88001234", "****1234"],
    ["id_number", "11010519491231002X", "1****************X"],
    ["birthday", "1990-05-17", "1990-05-**"],
    ["address", "浙江省杭州市西湖区龙井路1号", "浙江省杭州市西湖区***"],
  ])("%s %s", (kind, value, expected) => expect(mask(kind, value)).toBe(expected));

  it("finds and masks personal data inside free text", () => {
    expect(holdsPersonalData("请打 199 1234 5678 找我")).toBe(true);
    expect(holdsPersonalData("订单 202611221234567 已发货")).toBe(false);
    expect(maskText("打19912345678或写信lin@tea.cn")).toBe("打199****5678或写信l***@tea.cn");
  });
});
