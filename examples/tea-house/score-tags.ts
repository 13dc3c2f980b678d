import type { TrueTags } from "./true-tags.ts";

/** Measures count from here on only (measures.md: tag accuracy). */
export const ACCURACY_BAR = 0.92;
/** Below this share of the members with a value a tag is "not issued" as a headline. */
export const COVERAGE_BAR = 0.6;

/** What is said of one member, and what should be said of the person behind it. */
export interface Verdict {
  /** To find the member again. */
  readonly where: string;
  readonly said: Readonly<Record<string, string | null>>;
  readonly should: TrueTags;
}

/** How well one tag did. A value that is missing is an abstention: it costs coverage, not accuracy. */
export interface TagScore {
  readonly tag: string;
  /** Members about whom the truth knows what should be said, or that nothing should. */
  readonly members: number;
  /** Of these, with a value: each is judged. */
  readonly judged: number;
  readonly right: number;
  /** right ÷ judged; null when nothing was judged. */
  readonly accuracy: number | null;
  /** Lower end of the Wilson interval at 95 %; null when nothing was judged. */
  readonly bound: number | null;
  /** Share of all members, of whomever something is known or not, with a value. */
  readonly coverage: number;
  /** judged ÷ (judged + abstained): of those of whom there is something to say. Null when of nobody. */
  readonly reach: number | null;
  /** Without a value although something should be said. */
  readonly abstained: number;
  /** The same without the commonest value, which could be right by being common. */
  readonly rare: { readonly judged: number; readonly right: number };
  readonly wrong: readonly string[];
}

const EXAMPLES_MAX = 20;

/** Judges every tag of `tags`; those of which nothing is known have no members. */
export function scoreTags(tags: readonly string[], verdicts: readonly Verdict[]): TagScore[] {
  return tags.map((tag) => scoreTag(tag, verdicts));
}

function scoreTag(tag: string, verdicts: readonly Verdict[]): TagScore {
  const known = verdicts.flatMap(({ where, said, should }) => {
    const truth = should[tag];
    return truth === undefined ? [] : [{ where, said: said[tag] ?? null, truth }];
  });
  const issued = known.flatMap(({ where, said, truth }) => (said === null ? [] : [{ where, said, truth }]));
  const right = issued.filter(({ said, truth }) => isRight(said, truth));
  const common = commonest(issued.map(({ said }) => said));
  const rare = issued.filter(({ said, truth }) => said !== common || !isRight(common, truth));
  const abstained = known.filter(({ said, truth }) => said === null && truth !== null).length;
  return {
    tag,
    members: known.length,
    judged: issued.length,
    right: right.length,
    accuracy: issued.length === 0 ? null : right.length / issued.length,
    bound: issued.length === 0 ? null : wilson(right.length, issued.length),
    coverage:
      verdicts.length === 0 ? 0 : verdicts.filter(({ said }) => (said[tag] ?? null) !== null).length / verdicts.length,
    reach: issued.length + abstained === 0 ? null : issued.length / (issued.length + abstained),
    abstained,
    rare: { judged: rare.length, right: rare.filter(({ said, truth }) => isRight(said, truth)).length },
    wrong: issued
      .filter(({ said, truth }) => !isRight(said, truth))
      .slice(0, EXAMPLES_MAX)
      .map(({ where, said, truth }) => `${said} instead of ${truth ?? "nothing"} (${where})`),
  };
}

function isRight(said: string, should: string | null): boolean {
  if (should === null) return false;
  return said === should || (said.trim() !== "" && Number(said) === Number(should));
}

function commonest(values: readonly string[]): string {
  const counts = Map.groupBy(values, (value) => value);
  return [...counts].sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? "";
}

/** Lower end of the Wilson interval at 95 %: the share that may be claimed after seeing `right` of `judged`. */
export function wilson(right: number, judged: number): number {
  const z = 1.96;
  const p = right / judged;
  const centre = p + (z * z) / (2 * judged);
  const spread = z * Math.sqrt((p * (1 - p)) / judged + (z * z) / (4 * judged * judged));
  return (centre - spread) / (1 + (z * z) / judged);
}

/** The scores as a Markdown table in Chinese, names from the definitions. */
export function scoreTable(scores: readonly TagScore[], names: ReadonlyMap<string, string>): string {
  const percent = (value: number | null) => (value === null ? "—" : `${(value * 100).toFixed(1)}%`);
  const rows = scores.map((score) => {
    const { judged, right } = score.rare;
    return [
      names.get(score.tag) ?? score.tag,
      `\`${score.tag}\``,
      String(score.judged),
      percent(score.accuracy),
      percent(score.bound),
      percent(score.coverage),
      percent(score.reach),
      judged === 0 ? "—" : `${percent(right / judged)}（${judged}）`,
      standing(score),
    ];
  });
  const head = [
    "标签",
    "键",
    "判定数",
    "准确率",
    "Wilson 下限",
    "覆盖率",
    "适用覆盖率",
    "非常见值准确率（个数）",
    "结论",
  ];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function standing({ members, judged, accuracy, bound, coverage }: TagScore): string {
  if (members === 0) return "无真值";
  if (judged === 0 || accuracy === null || bound === null) return "未给出";
  if (accuracy < ACCURACY_BAR) return "未达标";
  const proven = bound >= ACCURACY_BAR ? "达标" : "达标（样本少）";
  return coverage < COVERAGE_BAR ? `${proven}，覆盖不足 60%` : proven;
}

/** The figures as a module of definitions/, for the pages of tags. */
export function scoreModule(scores: readonly TagScore[], world: { members: number; until: Date }): string {
  const lines = scores
    .filter(({ judged }) => judged > 0)
    .map(({ tag, judged, right, coverage }) => {
      return `    ${tag}: { judged: ${judged}, right: ${right}, coverage: ${Number(coverage.toFixed(3))} },`;
    });
  return [
    'import type { ExampleAccuracy } from "../../src/tags/definition.ts";',
    "",
    "/**",
    " * How often each tag was right about the people of the example world, whose data are made up. Written by",
    " * `node examples/tea-house/main.ts --accuracy --keep`; never edit.",
    " */",
    "export const EXAMPLE_ACCURACY: ExampleAccuracy = {",
    `  until: "${world.until.toISOString().slice(0, 10)}",`,
    `  members: ${world.members},`,
    "  tags: {",
    ...lines,
    "  },",
    "};",
    "",
  ].join("\n");
}
