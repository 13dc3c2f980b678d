import { Type } from "typebox";
import { address, defineFlow, type Errand, text } from "./contract.ts";
import { COVERS, enterGift, findGift, SECRETS, session } from "./mall-office.ts";

const ERRANDS_MAX = 200;
const referenceOf = (errand: Errand) => `HT-E${errand.errand_id}`;

/** A gift order for each member whom a journey named, by their phone number. */
export const memberGifts = defineFlow({
  key: "member_gifts",
  zh: "给会员录入礼品单",
  en: "Enter gift orders for members",
  sentence_zh: "旅程走到机器人节点的会员，逐一在商城后台录入礼品单；每次只录一张，中断后先查再补。",
  sentence_en:
    "Enters a gift order in the mall's back office for each member whom a journey sends here: one each time, and after a break by looking first.",
  inputs: Type.Object({
    address: address({ zh: "后台地址", en: "Address of the back office" }),
    gift: text({ zh: "礼品名称", en: "Name of the gift" }, { default: "茶礼" }),
  }),
  outputs: Type.Object({ done: Type.Integer(), before: Type.Integer(), failed: Type.Integer() }),
  secrets: SECRETS,
  needs: [{ permission: "robots.enter", level: "L3" }],
  minutes_max: 60,
  covers: COVERS,
  session,
  errands: true,
  run: async (robot) => {
    const errands = await robot.platform.errands(ERRANDS_MAX);
    return robot.each(
      errands.map((errand) => ({ key: `errand ${errand.errand_id}`, of: errand })),
      {
        lookUp: (errand) => findGift(robot, referenceOf(errand)),
        enter: (errand) =>
          enterGift(robot, {
            reference: referenceOf(errand),
            member_id: errand.member_id,
            gift: errand.inputs["gift"] ?? robot.inputs.gift,
          }),
        confirm: (errand, order_no) => robot.platform.errandDone(errand, order_no),
      },
    );
  },
});
