import { Type } from "typebox";
import { address, defineFlow, type GiftDue, text } from "./contract.ts";
import { COVERS, PARTS, SECRETS, session } from "./mall-office.ts";

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
    const { address: office, benefit, gift: gift_name } = robot.inputs;
    const due = await robot.platform.giftsDue(benefit, GIFTS_MAX);
    return robot.each(
      due.map((gift) => ({ key: `gift ${gift.entitlement_id}`, of: gift })),
      {
        lookUp: async (gift) => {
          await robot.go(`${office}/gifts?reference=${referenceOf(gift)}`);
          await robot.await({ list: PARTS.list });
          return (await robot.sees(PARTS.found)) ? robot.read(PARTS.found) : undefined;
        },
        enter: async (gift) => {
          if (!(await robot.platform.isDue(gift.entitlement_id)))
            robot.refuse({
              zh: "这份礼已在别处领取或已过期。",
              en: "It was handed out elsewhere, or its days have passed.",
            });
          await robot.go(`${office}/gifts/new`);
          await robot.fill(PARTS.reference, referenceOf(gift));
          await robot.fillPhone(PARTS.phone, gift.member_id);
          await robot.fill(PARTS.gift, gift_name);
          await robot.click(PARTS.submit);
          const seen = await robot.await({ order: PARTS.order_no, refused: PARTS.refusal });
          if (seen === "refused") {
            const why = await robot.read(PARTS.refusal);
            robot.refuse({ zh: `后台没有受理：${why}`, en: `The back office refused: ${why}` });
          }
          return robot.read(PARTS.order_no);
        },
        confirm: (gift, order_no) => robot.platform.fulfil(gift, order_no),
      },
    );
  },
});
