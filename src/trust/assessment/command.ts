import { writeFile } from "node:fs/promises";
import type { Ground } from "../../ground.ts";
import { assess } from "./run.ts";
import { assessmentView, countsOf, DEMO_NOTE, DISCLAIMER, signedAssessment } from "./view.ts";
import { assessmentWorkbook } from "./workbook.ts";

const RESULT_ZH = { met: "符合", partly: "部分符合", not_met: "不符合", not_applicable: "不适用" } as const;

function fileAfter(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

/**
 * `huitou assess [--json FILE] [--xlsx FILE]`: assesses now and says what is not met.
 * @returns the exit code: 0 when everything is met or does not apply, else 1
 */
export async function assessCommand(
  ground: Ground,
  args: readonly string[],
  say: (line: string) => void,
): Promise<number> {
  const assessment_id = await assess(ground, { person_id: null });
  if (assessment_id === undefined) return 1;
  const view = await assessmentView(ground, assessment_id);
  for (const item of view.items)
    if (item.result !== "met")
      say(`${item.id.padEnd(11)} ${RESULT_ZH[item.result]}  ${item.name_zh}  → ${item.step.zh}`);
  const counts = countsOf(view.items);
  say(
    `符合 ${counts.met} · 部分符合 ${counts.partly} · 不符合 ${counts.not_met} · 不适用 ${counts.not_applicable}（${view.items.length} 项；8.1 全部 ${view.clauses.reduce((sum, { items }) => sum + items, 0)} 项中其余按不符合计）`,
  );
  say(`${DISCLAIMER.zh}${view.demo ? ` ${DEMO_NOTE.zh}` : ""}`);
  const json = fileAfter(args, "--json");
  if (json !== undefined) await writeFile(json, `${JSON.stringify(await signedAssessment(ground, view), null, 2)}\n`);
  const xlsx = fileAfter(args, "--xlsx");
  if (xlsx !== undefined) await writeFile(xlsx, await assessmentWorkbook(view, "zh"));
  return counts.partly + counts.not_met === 0 ? 0 : 1;
}
