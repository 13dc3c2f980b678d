import type { Ground } from "../ground.ts";
import { businessDay } from "../platform/index.ts";
import { checkedTree, type Output, planOutputs, postgresql, printPlan, type Sensitivity } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import { type Tag, type TagBook, valueOn } from "./book.ts";
import type { TagDefinition } from "./definition.ts";
import { codeNames, type CodeRelation } from "./code-names.ts";
import { displayNumber, displayValue, fillSentence, type Language, type Shown } from "./display.ts";
import { type StoredValues, storedValues, tagState } from "./tags-store.ts";

/** One tag of one member, with the reason in both languages. */
export interface MemberTag {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly family: string;
  readonly value: string;
  readonly display_zh: string;
  readonly display_en: string;
  readonly computed_at: string;
  readonly why: { readonly zh: string; readonly en: string };
}

const PART = "__";
const PERSONAL: ReadonlySet<Sensitivity> = new Set(["L3", "L4"]);
const NONE: ReadonlySet<Sensitivity> = new Set();

/** All tags of a member as stored, each with why: the parts of the reasons are computed at this moment, in one statement. */
export async function memberTags(tx: Tx, ground: Ground, book: TagBook, member_id: number): Promise<MemberTag[]> {
  const stored = (await storedValues(tx, [member_id])).get(member_id);
  if (stored === undefined) return [];
  const state = await tagState(tx);
  const today = state.day ?? businessDay(ground.clock.now(), ground.config.timezone);
  const hidden = tx.scope.personal === "omit" ? PERSONAL : NONE;
  const tags = [...book.tags].filter(
    ([key, { definition }]) => stored.value[key] !== undefined && !hidden.has(definition.privacy),
  );
  const shown: Shown = {
    currency: ground.config.currency,
    names: await codeNames(tx, ground, codesIn(tags, stored.value)),
  };
  const parts = await reasonParts(tx, ground, book, tags, member_id, today);
  return tags.map(([key, tag]) => {
    const value = valueOn(tag.kind, stored.value[key] ?? "", today);
    const { definition } = tag;
    return {
      key,
      zh: definition.zh,
      en: definition.en,
      family: definition.family,
      value,
      display_zh: displayValue(definition, value, shown, "zh"),
      display_en: displayValue(definition, value, shown, "en"),
      computed_at: stored.computed_at.toISOString(),
      why: {
        zh: reason(book, tag, value, parts, shown, "zh"),
        en: reason(book, tag, value, parts, shown, "en"),
      },
    };
  });
}

/** The tags that a member has no value of because they refuse profiling; none for everybody else. */
export async function abstainedTags(
  tx: Tx,
  book: TagBook,
  member_id: number,
): Promise<Pick<MemberTag, "key" | "zh" | "en" | "family">[]> {
  const refuses = await tx.one("select 1 from catalogue.members where member_id = $1 and profiling_refused", [
    member_id,
  ]);
  if (refuses === undefined) return [];
  return [...book.tags.values()]
    .filter(({ definition }) => definition.profiling === true)
    .map(({ definition: { key, zh, en, family } }) => ({ key, zh, en, family }));
}

function codesIn(tags: readonly (readonly [string, Tag])[], value: StoredValues["value"]): Map<CodeRelation, string[]> {
  const found = new Map<CodeRelation, string[]>();
  for (const [key, { definition }] of tags) {
    if (definition.codes === undefined) continue;
    found.set(definition.codes, [...(found.get(definition.codes) ?? []), value[key] ?? ""]);
  }
  return found;
}

type Parts = ReadonlyMap<string, string | null>;

function reason(book: TagBook, tag: Tag, value: string, parts: Parts, shown: Shown, language: Language): string {
  const part = (name: string) => parts.get(`${tag.definition.key}${PART}${name}`) ?? null;
  return reasonText(book, tag.definition, value, part, shown, language);
}

/**
 * The reason of a definition, filled for one member.
 * @param part the computed value of a part by its name, null where it has none
 */
export function reasonText(
  book: TagBook,
  definition: Omit<TagDefinition, "example">,
  value: string,
  part: (name: string) => string | null,
  shown: Shown,
  language: Language,
): string {
  const filled: Record<string, string | null> = { value: displayValue(definition, value, shown, language) };
  for (const [name, { expression, unit }] of Object.entries(definition.reason.parts ?? {})) {
    const found = part(name);
    // a part that is another tag with named values is said by name
    const other = expression.node === "tag" ? book.get(expression.key)?.definition : undefined;
    if (found === null) filled[name] = null;
    else if (other?.values !== undefined) filled[name] = displayValue(other, found, shown, language);
    else filled[name] = displayNumber(found, unit, shown.currency, language);
  }
  return fillSentence(definition.reason[language], filled, language);
}

async function reasonParts(
  tx: Tx,
  ground: Ground,
  book: TagBook,
  tags: readonly (readonly [string, Tag])[],
  member_id: number,
  today: string,
): Promise<Parts> {
  const outputs: Output[] = tags.flatMap(([key, { definition }]) =>
    Object.entries(definition.reason.parts ?? {}).map(([name, part]) => ({
      name: `${key}${PART}${name}`,
      tree: checkedTree(part.expression, ground.catalogue, book.references),
      as: "text" as const,
    })),
  );
  if (outputs.length === 0) return new Map();
  const plan = planOutputs(outputs, ground.catalogue, today);
  const sql = printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" });
  await tx.query("set local jit = off");
  const row = await tx.one<Record<string, string | null>>(sql, [[member_id]]);
  return new Map(outputs.map(({ name }) => [name, row?.[name] ?? null]));
}
