import { Type } from "typebox";
import { address, defineFlow, type GiftDue, text } from "./contract.ts";
import { COVERS, enterGift, findGift, SECRETS, session } from "./mall-office.ts";

const GIFTS_MAX = 200;

/** What the back office calls one of ours: by this it is found again, whatever happened after it was entered. */
const referenceOf = (gift: GiftDue) => `HT-${gift.entitlement_id}`;

/** Gifts that members are due, entered as gift orders of the mall and marked as handed out with its number. */
export const birthdayGifts = defineFlow({
  key: "birthday_gifts",
  zh: "录入生日礼品单",
  en: "Enter birthday gift orders",
  sentence_zh: "把已到期应给的生日礼逐一录入商城后台，并用它的礼品单号核销权益；每份权益只录一次，中断后先查再补。",
  sentence_en:
    "Enters each birthday gift that is due into the mall's back office and marks the benefit as handed out with the number it gave: each once, and after a break by looking first.",
  inputs: Type.Object({
    address: address({ zh: "后台地址", en: "Address of the back office" }),
    benefit: text({ zh: "权益", en: "Benefit" }, { default: "birthday_gift", pattern: "^[a-z][a-z0-9_]{1,58}$" }),
    gift: text({ zh: "礼品名称", en: "Name of the gift" }, { default: "生日茶礼" }),
  }),
  outputs: Type.Object({ done: Type.Integer(), before: Type.Integer(), failed: Type.Integer() }),
  secrets: SECRETS,
  needs: [
    { permission: "benefits.read", level: "L2" },
    { permission: "benefits.redeem", level: "L2" },
    { permission: "robots.enter", level: "L3" },
  ],
  minutes_max: 60,
  covers: COVERS,
  session,
  run: async (robot) => {
    const { benefit, gift: gift_name } = robot.inputs;
    const due = await robot.platform.giftsDue(benefit, GIFTS_MAX);
    return robot.each(
      due.map((gift) => ({ key: `gift ${gift.entitlement_id}`, of: gift })),
      {
        lookUp: (gift) => findGift(robot, referenceOf(gift)),
        enter: async (gift) => {
          if (!(await robot.platform.isDue(gift.entitlement_id)))
            robot.refuse({
              zh: "这份礼已在别处领取或已过期。",
              en: "It was handed out elsewhere, or its days have passed.",
            });
          return enterGift(robot, { reference: referenceOf(gift), member_id: gift.member_id, gift: gift_name });
        },
        confirm: (gift, order_no) => robot.platform.fulfil(gift, order_no),
      },
    );
  },
});
