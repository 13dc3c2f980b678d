import { TAG_DEFINITIONS } from "../../definitions/tags/index.ts";
import type { TagDefinition } from "./definition.ts";

const FAMILIES = [
  ["basic", "基础属性"],
  ["consumption", "消费行为"],
  ["social", "社交属性"],
] as const;
const OWNERS = { operations: "会员运营", analytics: "数据分析", data: "数据管理" } as const;
const FRESHNESS = { event: "有新记录后数秒内", day: "有新记录后数秒内，且随日期自动变化" } as const;

/** docs/reference/tags.md: the catalogue of tags in Chinese, made from the definitions. */
export function tagReference(definitions: readonly TagDefinition[] = TAG_DEFINITIONS): string {
  const lines = [
    "# 标签目录",
    "",
    "由 `definitions/tags/` 生成，请勿手改；修改定义后运行 `npm run generate`。",
    "窗口以营业日计，“近 n 天”包含今天。并列时的取舍、缺失值的处理见 `src/query/README.md`。",
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

function section(definition: TagDefinition): string[] {
  const facts = [
    `窗口：${definition.window_zh}`,
    `新鲜度：${FRESHNESS[definition.freshness]}`,
    `负责：${OWNERS[definition.owner]}`,
    `隐私级别：${definition.privacy}`,
  ];
  return [
    `### ${definition.zh} \`${definition.key}\``,
    "",
    definition.sentence_zh,
    "",
    ...facts.map((fact) => `- ${fact}`),
    ...(definition.default === "off" ? ["- 默认关闭：由有权限的人在标签页开启后才计算"] : []),
    `- 例：${definition.example.zh} → \`${definition.example.value}\``,
    ...values(definition),
  ];
}

function values(definition: TagDefinition): string[] {
  if (definition.values === undefined) return [];
  return [
    "",
    "| 值 | 名称 | 含义 |",
    "|---|---|---|",
    ...definition.values.map((v) => `| ${v.value} | ${v.zh} | ${v.meaning_zh} |`),
  ];
}
