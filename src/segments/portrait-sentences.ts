import type { Expression } from "../query/index.ts";
import { PORTRAIT_SENTENCES_MAX } from "./limits.ts";
import type { CellView, FactView } from "./portrait-compare.ts";

/** One deviation as a sentence. */
export interface PortraitSentence {
  readonly fact: string;
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly direction: "more" | "less";
  readonly index_bp: number;
  readonly condition: Expression;
}

/** What the base is called. */
export interface BaseName {
  readonly zh: string;
  readonly en: string;
}

/**
 * The strongest deviations first: evidence × size. Of each fact only its strongest, and of facts that say the same of the
 * same number of members only the first; what the condition itself asks for is no news.
 */
export function sentencesOf(facts: readonly FactView[], base: BaseName): PortraitSentence[] {
  const strongest = facts.flatMap((fact) => {
    const cell = fact.by_definition
      ? undefined
      : fact.cells.filter((one) => one.unusual).sort((a, b) => b.weight - a.weight || b.count - a.count)[0];
    return cell === undefined ? [] : [{ fact, cell }];
  });
  const said = new Set<string>();
  return strongest
    .sort((a, b) => b.cell.weight - a.cell.weight)
    .filter(({ cell }) => {
      const same = `${cell.count} ${cell.share_bp} ${cell.base_share_bp}`;
      return !said.has(same) && said.add(same);
    })
    .slice(0, PORTRAIT_SENTENCES_MAX)
    .map(({ fact, cell }) => sentence(fact, cell, base));
}

function sentence(fact: FactView, cell: CellView, base: BaseName): PortraitSentence {
  const index_bp = cell.index_bp ?? 10_000;
  const [share, other] = [percent(cell.share_bp), percent(cell.base_share_bp ?? 0)];
  const times = (index_bp / 10_000).toFixed(index_bp < 10_000 ? 2 : 1);
  const word = fact.kind === "values" ? `为“${cell.zh}”` : `在 ${cell.zh}`;
  return {
    fact: fact.key,
    value: cell.value,
    zh: `${fact.zh}${word}的占 ${share}，${base.zh}为 ${other}（${times} 倍）`,
    en: `${share} have “${fact.en}” ${cell.en}, against ${other} of ${base.en} (${times} times)`,
    direction: index_bp >= 10_000 ? "more" : "less",
    index_bp,
    condition: cell.condition,
  };
}

/** 1234 → "12.3%". */
function percent(bp: number): string {
  return `${(bp / 100).toFixed(1)}%`;
}
