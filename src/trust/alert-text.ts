import type { AlertMessage } from "../platform/alerts/message.ts";
import type { Indicator, IndicatorUnit } from "../store/index.ts";
import type { IncidentRow } from "./incident-store.ts";

const LEVEL_ZH = { warn: "预警", alarm: "告警" } as const;

/** A value with its unit, in Chinese: 12 次 is 12, a share is 5.2%. */
export function valueText(value: number, unit: IndicatorUnit): string {
  switch (unit) {
    case "basis_points":
      return `${(value / 100).toFixed(value % 100 === 0 ? 0 : 1)}%`;
    case "minutes":
      return value < 180 ? `${value} 分钟` : `${(value / 60).toFixed(value % 60 === 0 ? 0 : 1)} 小时`;
    case "days":
      return `${value} 天`;
    case "count":
      return String(value);
  }
}

/** When something was, in the business time zone: "11月22日 10:05". */
export function timeText(at: Date, timezone: string): string {
  return at.toLocaleString("zh-CN", {
    timeZone: timezone,
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}

export interface ToldIncident {
  readonly incident: IncidentRow;
  readonly indicator: Indicator | undefined;
  readonly step: string;
  /** An earlier copy may have arrived: its answer was lost. */
  readonly uncertain: boolean;
  readonly called: string | undefined;
}

export interface TextGround {
  readonly brand: string;
  readonly public_url: string;
  readonly timezone: string;
}

/** The name of one delivery, on every copy of it: `IN12-opened`. */
export function deliveryName(incident_id: number, step: string): string {
  return `IN${incident_id}-${step}`;
}

function stepText(step: string): string {
  if (step === "opened") return "新发生";
  if (step === "raised") return "升级为告警";
  if (step === "closed") return "已恢复";
  if (step.startsWith("escalated")) return "超时无人响应，转下一位";
  if (step === "report_due") return "距报告时限不足 1 小时";
  if (step === "report_overdue") return "已超过报告时限";
  return step;
}

function headOf({ incident, indicator, step, uncertain }: ToldIncident): string {
  const name = indicator?.zh ?? incident.indicator;
  const about = incident.label === "" ? "" : `（${incident.label}）`;
  const drill = incident.synthetic ? "【演练】" : "";
  const again = uncertain ? "【重发】" : "";
  const level = step === "closed" ? stepText(step) : LEVEL_ZH[incident.level];
  return `${drill}${again}${level}：${name}${about}`;
}

function factLines(told: ToldIncident, ground: TextGround): string[] {
  const { incident, indicator, step, called } = told;
  const unit = indicator?.unit ?? "count";
  const lines = [
    `${stepText(step)} · 当前 ${valueText(incident.last_value, unit)} · 最高 ${valueText(incident.worst_value, unit)}`,
  ];
  if (incident.synthetic) return [...lines, "这是每日演练，证明这项监测能报警，无需处理。"];
  lines.push(`开始于 ${timeText(incident.opened_at, ground.timezone)}`);
  if (step === "closed") return lines;
  if (incident.state === "open") lines.push(`请在 ${timeText(incident.due_at, ground.timezone)} 前确认`);
  if (called !== undefined) lines.push(`值班：${called}`);
  if (indicator !== undefined) lines.push(`怎么办：${indicator.advice.zh}`);
  return lines;
}

/** One message about one incident. */
export function singleMessage(told: ToldIncident, ground: TextGround): AlertMessage {
  const { incident, step } = told;
  return {
    number: deliveryName(incident.incident_id, step),
    title: `${ground.brand} ${headOf(told)}`,
    lines: factLines(told, ground),
    link: `${ground.public_url}/trust/incidents/${incident.incident_id}`,
  };
}

/** One message about several, so that a robot's limit holds and people are not drowned. */
export function bundleMessage(told: readonly ToldIncident[], ground: TextGround): AlertMessage {
  const [first] = told;
  const drill = told.every(({ incident }) => incident.synthetic);
  const kind = drill ? `【演练】${told.length} 项监测全部报警` : `${told.length} 条告警`;
  const last = told.at(-1);
  const name = (one: ToldIncident | undefined) =>
    one === undefined ? "" : deliveryName(one.incident.incident_id, one.step);
  return {
    number: told.length === 1 ? name(first) : `${name(first)}…${name(last)}`,
    title: `${ground.brand} ${kind}`,
    lines: [
      ...(drill ? ["这是每日演练，证明监测、值守与通道都能工作，无需处理。"] : []),
      ...told.map(
        (one) => `${name(one)} ${headOf(one)} ${valueText(one.incident.last_value, one.indicator?.unit ?? "count")}`,
      ),
    ],
    link: `${ground.public_url}/trust/risks`,
  };
}
