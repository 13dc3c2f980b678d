import { benefitChoices, couponChoices } from "../../benefits/index.ts";
import { endpointNames } from "../../channels/index.ts";
import type { Ground } from "../../ground.ts";
import { robotName } from "../../robots/index.ts";
import type { Tx } from "../../store/index.ts";
import { tierChoices } from "../../tiers/index.ts";
import type { Words } from "../words.ts";
import type { Act } from "./act.ts";

/** What a node asks of another domain, in one sentence. */
export async function actSentence(tx: Tx, ground: Ground, node: Act): Promise<Words> {
  switch (node.kind) {
    case "coupon": {
      const named = (await couponChoices(tx, ground)).find((one) => one.coupon === node.coupon);
      return { zh: `发优惠券「${named?.zh ?? node.coupon}」`, en: `Give the coupon “${named?.en ?? node.coupon}”` };
    }
    case "benefit": {
      const named = (await benefitChoices(tx, ground)).find((one) => one.benefit === node.benefit);
      return { zh: `给权益「${named?.zh ?? node.benefit}」`, en: `Give the benefit “${named?.en ?? node.benefit}”` };
    }
    case "tier": {
      const named = (await tierChoices(tx)).find((one) => one.tier === node.tier);
      return {
        zh: `给等级「${named?.zh ?? node.tier}」，${node.days} 天`,
        en: `Give the tier “${named?.en ?? node.tier}” for ${node.days} days`,
      };
    }
    case "webhook": {
      const named = (await endpointNames(tx)).find((one) => one.endpoint_id === node.endpoint_id);
      const name = named?.name ?? `#${node.endpoint_id}`;
      return { zh: `通知接收端「${name}」`, en: `Tell the endpoint “${name}”` };
    }
    case "enter":
      return { zh: `同时进入旅程「${node.journey}」`, en: `Enter the journey “${node.journey}” as well` };
    case "robot": {
      const name = (await robotName(tx, node.robot_id)) ?? `#${node.robot_id}`;
      const given = Object.values(node.inputs ?? {}).join("、");
      return given === ""
        ? { zh: `请机器人「${name}」办`, en: `Asks the robot “${name}”` }
        : { zh: `请机器人「${name}」办：${given}`, en: `Asks the robot “${name}”: ${given}` };
    }
    case "staff_task": {
      const { text, due_days, otherwise } = node;
      const until =
        due_days === 0 ? { zh: "当天办", en: "today" } : { zh: `${due_days} 天内办`, en: `in ${due_days} days` };
      const waits = otherwise === undefined ? { zh: "", en: "" } : { zh: "，等办完再走", en: ", and wait for it" };
      return {
        zh: `给导购派任务「${text}」，${until.zh}${waits.zh}`,
        en: `A task for staff: “${text}”, ${until.en}${waits.en}`,
      };
    }
  }
}
