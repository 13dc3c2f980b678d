import type { Ground } from "../ground.ts";
import { checkedTree, type Output, planOutputs, postgresql, printPlan } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { codeNames } from "./code-names.ts";
import type { TagDefinition } from "./definition.ts";
import { displayValue, type Shown } from "./display.ts";
import { reasonText } from "./member-tags.ts";

interface Words {
  readonly zh: string;
  readonly en: string;
}
/** A value as people read it, and why the member has it. */
export interface Reasoned {
  readonly display: Words;
  readonly why: Words;
}

const PART = "p__";
type PartRow = Readonly<Record<string, string | null>> & { readonly member_id: number };

/**
 * One tag's value of some members in words, with the reason filled from the records as they are at `today`.
 * @param values by member; what is counted from a date already as the days of today
 */
export async function reasonsFor(
  tx: Tx,
  ground: Ground,
  book: TagBook,
  definition: Omit<TagDefinition, "example">,
  values: ReadonlyMap<number, string>,
  today: string,
): Promise<Map<number, Reasoned>> {
  const codes = definition.codes === undefined ? [] : ([[definition.codes, [...new Set(values.values())]]] as const);
  const shown: Shown = { currency: ground.config.currency, names: await codeNames(tx, ground, new Map(codes)) };
  const parts = await partsOf(tx, ground, book, definition, [...values.keys()], today);
  return new Map(
    [...values].map(([member_id, value]) => {
      const part = (name: string) => parts.get(member_id)?.[`${PART}${name}`] ?? null;
      const words = (say: (language: "zh" | "en") => string): Words => ({ zh: say("zh"), en: say("en") });
      return [
        member_id,
        {
          display: words((language) => displayValue(definition, value, shown, language)),
          why: words((language) => reasonText(book, definition, value, part, shown, language)),
        },
      ];
    }),
  );
}

/** The parts of a reason for some members, in one statement. */
async function partsOf(
  tx: Tx,
  ground: Ground,
  book: TagBook,
  definition: Omit<TagDefinition, "example">,
  member_ids: readonly number[],
  today: string,
): Promise<ReadonlyMap<number, PartRow>> {
  const outputs: Output[] = Object.entries(definition.reason.parts ?? {}).map(([name, part]) => ({
    name: `${PART}${name}`,
    tree: checkedTree(part.expression, ground.catalogue, book.references),
    as: "text",
  }));
  if (outputs.length === 0 || member_ids.length === 0) return new Map();
  const plan = planOutputs(outputs, ground.catalogue, today);
  await tx.query("set local jit = off");
  const rows = await tx.query<PartRow>(printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" }), [
    member_ids,
  ]);
  return new Map(rows.map((row) => [row.member_id, row]));
}
