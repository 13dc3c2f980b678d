import { templateNames } from "../channels/index.ts";
import type { Ground } from "../ground.ts";
import { conditionSentence, segmentName } from "../segments/index.ts";
import type { Tx } from "../store/index.ts";
import { actSentence } from "./acts/act-sentence.ts";
import type { Words } from "./words.ts";
import type { Entry, JourneyDefinition, Node, Span } from "./definition.ts";
import { HAPPENING_KINDS } from "./own-events.ts";
import type { ScheduleEntry } from "./schedule/moments.ts";

export type { Words } from "./words.ts";

const UNITS = { minutes: ["分钟", "minute"], hours: ["小时", "hour"], days: ["天", "day"] } as const;
const WEEKDAYS_ZH = ["一", "二", "三", "四", "五", "六", "日"];
const WEEKDAYS_EN = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

function spanWords({ amount, unit }: Span): Words {
  const [zh, en] = UNITS[unit];
  return { zh: `${amount} ${zh}`, en: `${amount} ${en}${amount === 1 ? "" : "s"}` };
}

function eventWords(event: string): Words {
  const kind = HAPPENING_KINDS.find((one) => one.kind === event);
  return { zh: `「${kind?.zh ?? event}」`, en: `“${kind?.en ?? event}”` };
}

/** How members come in, in one sentence. */
export async function entrySentence(tx: Tx, ground: Ground, entry: Entry): Promise<Words> {
  if (entry.kind === "schedule") {
    const when = rhythmWords(entry);
    if (entry.condition === undefined) return { zh: `${when.zh}，所有会员进入`, en: `${when.en}, every member enters` };
    const { zh, en } = await conditionSentence(tx, ground, entry.condition).catch(() => TO_CORRECT);
    return { zh: `${when.zh}，符合条件的会员进入：${zh}`, en: `${when.en}, whoever meets this enters: ${en}` };
  }
  if (entry.kind === "event") {
    const { zh, en } = eventWords(entry.event);
    return entry.each === "record"
      ? { zh: `每发生一次${zh}，进入一次`, en: `Each ${en} enters its member` }
      : { zh: `发生${zh}时进入`, en: `${en} enters the member` };
  }
  if (entry.kind === "segment") {
    const name = (await segmentName(tx, entry.segment_id)) ?? `#${entry.segment_id}`;
    const present = entry.present === true;
    return entry.movement === "entered"
      ? {
          zh: `进入分群「${name}」时进入${present ? "，发布时已在其中的会员也进入" : ""}`,
          en: `Coming into the segment “${name}” enters${present ? ", and so does being in it when published" : ""}`,
        }
      : { zh: `离开分群「${name}」时进入`, en: `Leaving the segment “${name}” enters` };
  }
  return { zh: "由接口进入", en: "Entered over the API" };
}

const TO_CORRECT: Words = { zh: "条件待改正", en: "A condition to correct" };

/** When a schedule has its moments. */
function rhythmWords({ every, at, weekdays = [], month_day, on }: ScheduleEntry): Words {
  switch (every) {
    case "day":
      return { zh: `每天 ${at}`, en: `Every day at ${at}` };
    case "week": {
      const zh = weekdays.map((day) => WEEKDAYS_ZH[day - 1]).join("、");
      return { zh: `每周${zh} ${at}`, en: `Every ${weekdays.map((day) => WEEKDAYS_EN[day - 1]).join(", ")} at ${at}` };
    }
    case "month":
      return { zh: `每月 ${month_day ?? "?"} 日 ${at}`, en: `On day ${month_day ?? "?"} of each month at ${at}` };
    case "once":
      return { zh: `${on ?? "?"} ${at} 一次`, en: `Once, on ${on ?? "?"} at ${at}` };
  }
}

/** What a node does, in one sentence. */
export async function nodeSentence(tx: Tx, ground: Ground, node: Node): Promise<Words> {
  switch (node.kind) {
    case "wait": {
      const { zh, en } = spanWords(node.for);
      const at = node.at;
      return at === undefined
        ? { zh: `等 ${zh}`, en: `Wait ${en}` }
        : { zh: `等 ${zh}，再到 ${at}`, en: `Wait ${en}, then until ${at}` };
    }
    case "wait_until": {
      const [event, span] = [eventWords(node.event), spanWords(node.within)];
      return { zh: `等到${event.zh}，最多 ${span.zh}`, en: `Wait for ${event.en}, ${span.en} at most` };
    }
    case "window": {
      const days = node.weekdays ?? [];
      const on = {
        zh: days.map((day) => WEEKDAYS_ZH[day - 1]).join("、"),
        en: days.map((day) => WEEKDAYS_EN[day - 1]).join(", "),
      };
      return {
        zh: `等到${on.zh === "" ? "" : `周${on.zh} `}${node.from}–${node.until} 之间`,
        en: `Wait for ${node.from}–${node.until}${on.en === "" ? "" : ` on ${on.en}`}`,
      };
    }
    case "condition":
      return conditionSentence(tx, ground, node.condition).catch(() => TO_CORRECT);
    case "random": {
      const parts = node.branches.map((branch) => `${branch.percent}%`).join(" / ");
      return { zh: `随机分成 ${parts}`, en: `Split by chance ${parts}` };
    }
    case "message": {
      const name = (await templateNames(tx, [node.template])).get(node.template) ?? node.template;
      return { zh: `发消息「${name}」`, en: `Send “${name}”` };
    }
    case "points": {
      const { points, valid_days, budget } = node;
      const paid =
        budget === undefined
          ? { zh: "", en: "" }
          : { zh: `，记入预算「${budget}」`, en: `, from the budget “${budget}”` };
      return {
        zh: `送 ${points} 积分${valid_days === null ? "" : `，${valid_days} 天有效`}${paid.zh}`,
        en: `Give ${points} points${valid_days === null ? "" : `, valid ${valid_days} days`}${paid.en}`,
      };
    }
    case "jump":
      return { zh: `再走一遍，最多 ${node.times} 次`, en: `Once more, ${node.times} times at most` };
    case "ab": {
      const parts = node.branches.map((branch) => `${branch.variant} ${branch.percent}%`).join(" / ");
      return { zh: `实验「${node.experiment}」：${parts}`, en: `Experiment “${node.experiment}”: ${parts}` };
    }
    case "coupon":
    case "robot":
    case "benefit":
    case "tier":
    case "webhook":
    case "enter":
    case "staff_task":
      return actSentence(tx, ground, node);
    case "exit":
      return { zh: "结束", en: "End" };
  }
}

/** What stands beside each way out of a node. */
export function wayWords(node: Node): readonly Words[] {
  switch (node.kind) {
    case "condition":
      return [
        { zh: "是", en: "yes" },
        { zh: "否", en: "no" },
      ];
    case "wait_until":
      return [
        { zh: "发生了", en: "it happened" },
        { zh: "没有发生", en: "it did not" },
      ];
    case "jump":
      return [
        { zh: "不再重复", en: "no more" },
        { zh: "再走一遍", en: "once more" },
      ];
    case "ab":
      return node.branches.map(({ variant, percent }) => ({
        zh: `${variant} ${percent}%`,
        en: `${variant} ${percent} %`,
      }));
    case "random":
      return node.branches.map(({ percent }) => ({ zh: `${percent}%`, en: `${percent} %` }));
    case "staff_task":
      return node.otherwise === undefined
        ? [{ zh: "", en: "" }]
        : [
            { zh: "办完了", en: "done" },
            { zh: "没有办", en: "not done" },
          ];
    case "exit":
      return [];
    default:
      return [{ zh: "", en: "" }];
  }
}

/** Every node of a journey in words, by key. */
export async function nodeSentences(
  tx: Tx,
  ground: Ground,
  { nodes }: Pick<JourneyDefinition, "nodes">,
): Promise<Record<string, Words & { readonly ways: readonly Words[] }>> {
  const sentences: Record<string, Words & { readonly ways: readonly Words[] }> = {};
  for (const [key, node] of Object.entries(nodes))
    sentences[key] = { ...(await nodeSentence(tx, ground, node)), ways: wayWords(node) };
  return sentences;
}
