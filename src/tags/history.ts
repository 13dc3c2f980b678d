import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import type { Tag, TagBook } from "./book.ts";
import { codeNames } from "./code-names.ts";
import { displayValue, type Shown } from "./display.ts";
import { type HistoryRow, historyRows, historyValues, draftHistory, keepHistory } from "./history-store.ts";
import { definitionHash } from "./registry.ts";
import { tagState } from "./tags-store.ts";

/** A day whose values moved by more than this against the day before is marked. */
export const JUMP_PSI = 0.2;

/**
 * Population stability index of two counts over the same classes: Σ (a − e) · ln(a ÷ e), where e and a are the shares before
 * and now; above 0.2 a distribution has shifted markedly (the rule of thumb of credit scoring: Siddiqi, Credit Risk
 * Scorecards, Wiley 2006). A class without members counts as half a member, so that the logarithm is defined.
 * @returns null when a side is empty
 */
export function stabilityIndex(before: readonly number[], now: readonly number[]): number | null {
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const [was, is] = [total(before), total(now)];
  if (was === 0 || is === 0) return null;
  return before.reduce((sum, count, index) => {
    const expected = Math.max(count, 0.5) / was;
    const actual = Math.max(now[index] ?? 0, 0.5) / is;
    return sum + (actual - expected) * Math.log(actual / expected);
  }, 0);
}

interface Words {
  readonly zh: string;
  readonly en: string;
}
export interface HistoryDay {
  readonly day: string;
  readonly members: number;
  readonly total: number;
  /** Commonest first; of named values only. */
  readonly values: readonly { readonly value: string; readonly members: number }[];
  readonly quartiles: readonly (Words & { readonly value: string })[] | null;
  /** In 1/10,000; null on the first day and after a change of the definition. */
  readonly psi_bp: number | null;
  readonly jump: boolean;
  /** The tag was defined otherwise the day before: a difference says nothing of the members. */
  readonly redefined: boolean;
}

/** Every kept day of a tag with its values or quartiles, coverage, and whether it jumped. */
export async function tagHistory(tx: Tx, ground: Ground, { definition }: Tag) {
  const rows = await historyRows(tx, definition.key);
  const byDay = new Map<string, { value: string; members: number }[]>();
  for (const { day, value, members } of await historyValues(tx, definition.key))
    byDay.set(day, [...(byDay.get(day) ?? []), { value, members }]);
  const codes = [...new Set([...byDay.values()].flat().map(({ value }) => value))];
  const wanted = definition.codes === undefined ? [] : ([[definition.codes, codes]] as const);
  const shown: Shown = { currency: ground.config.currency, names: await codeNames(tx, ground, new Map(wanted)) };
  const say = (value: string) => ({
    value,
    zh: displayValue(definition, value, shown, "zh"),
    en: displayValue(definition, value, shown, "en"),
  });
  const days = rows.map((row, index): HistoryDay => {
    const before = rows[index - 1];
    const redefined = before !== undefined && before.definition_hash !== row.definition_hash;
    const psi =
      before === undefined || redefined
        ? null
        : moved(before, row, byDay.get(before.day) ?? [], byDay.get(row.day) ?? []);
    return {
      day: row.day,
      members: row.members,
      total: row.total,
      values: byDay.get(row.day) ?? [],
      quartiles: row.quartiles?.map(say) ?? null,
      psi_bp: psi === null ? null : Math.round(psi * 10_000),
      jump: psi !== null && psi > JUMP_PSI,
      redefined,
    };
  });
  return { jump_psi_bp: JUMP_PSI * 10_000, values: codes.map(say), days };
}

type Counted = readonly { readonly value: string; readonly members: number }[];

function moved(before: HistoryRow, now: HistoryRow, was: Counted, is: Counted): number | null {
  if (before.own !== null && now.against !== null) return stabilityIndex(before.own, now.against);
  if (was.length === 0 || is.length === 0) return null;
  const values = [...new Set([...was, ...is].map(({ value }) => value))];
  const counts = (row: HistoryRow, listed: Counted) => {
    const byValue = new Map(listed.map(({ value, members }) => [value, members]));
    const rest = row.members - listed.reduce((sum, { members }) => sum + members, 0);
    return [...values.map((value) => byValue.get(value) ?? 0), ...(rest > 0 ? [rest] : [])];
  };
  const [first, second] = [counts(before, was), counts(now, is)];
  const width = Math.max(first.length, second.length);
  const padded = (list: readonly number[]) => [...list, ...Array<number>(width - list.length).fill(0)];
  return stabilityIndex(padded(first), padded(second));
}

/** Keeps the day's history after a full computation. */
export async function keepDay(ground: Ground, book: TagBook): Promise<void> {
  const hashes = new Map([...book.tags].map(([key, tag]) => [key, definitionHash(tag.definition)]));
  const found = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const { day } = await tagState(tx);
    return day === null ? undefined : { day, draft: await draftHistory(tx, day, hashes) };
  });
  const { day, draft } = found ?? {};
  if (day !== undefined && draft !== undefined)
    await ground.store.write(SYSTEM_SCOPE, (tx) => keepHistory(tx, day, draft));
}
