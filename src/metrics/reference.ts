import { METRIC_DEFINITIONS } from "../../definitions/metrics/index.ts";
import type { MetricDefinition } from "./definition.ts";

const FAMILIES = [
  ["members", "会员"],
  ["trade", "交易"],
  ["loyalty", "忠诚"],
  ["conversion", "转化"],
] as const;
const OWNERS = { operations: "会员运营", analytics: "数据分析", finance: "财务" } as const;
const UNITS = { people: "人", count: "次", minor: "分（显示为元）", share: "万分比（显示为百分比）" } as const;
const STORES = { ticket: "小票所在门店", home: "会员归属门店" } as const;

/** docs/reference/metrics.md: the metrics in Chinese, made from the definitions. */
export function metricReference(definitions: readonly MetricDefinition[] = METRIC_DEFINITIONS): string {
  const lines = [
    "# 指标目录",
    "",
    "由 `definitions/metrics/` 生成，请勿手改；修改定义后运行 `npm run generate`。",
    "营业日按品牌时区；比率四舍五入；分母为零时没有数值。",
    "",
  ];
  for (const [family, name] of FAMILIES) {
    lines.push(`## ${name}`, "");
    for (const definition of definitions.filter((candidate) => candidate.family === family)) {
      lines.push(...section(definition), "");
    }
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function section(definition: MetricDefinition): string[] {
  const { example } = definition;
  return [
    `### ${definition.zh} \`${definition.key}\``,
    "",
    definition.sentence_zh,
    "",
    `- 公式：${definition.formula_zh}`,
    `- 人群：${definition.population_zh}`,
    `- 时间：${definition.window_zh}`,
    `- 单位：${UNITS[definition.unit]}；门店归属：${STORES[definition.stores]}；负责：${OWNERS[definition.owner]}`,
    `- 例：${example.zh} → \`${example.value}\``,
  ];
}
