import { expect, it } from "vitest";
import { defineCoupon } from "./definition.ts";
import { couponSentences } from "./sentence.ts";

it("a coupon's sentence names channels as people do, and keeps a word that nobody has a name for", () => {
  const benefit = { kind: "amount", amount_minor: 2_000 } as const;
  const conditions = { channels: ["store", "mini_program", "kiosk"] };
  const { zh, en } = couponSentences(defineCoupon({ key: "off", zh: "立减", en: "Off", benefit, conditions }));
  expect(zh).toBe("减 ¥20.00，限门店、小程序、kiosk。");
  expect(en).toContain("in store, mini program, kiosk");
});
