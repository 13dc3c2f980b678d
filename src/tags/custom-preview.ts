import type { Ground } from "../ground.ts";
import { type MemberRow, memberRowsById } from "../members/index.ts";
import { businessDay, problem } from "../platform/index.ts";
import { checkedTree, isNumber, type Output, planOutputs, postgresql, printPlan } from "../query/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { checkDefinition, type CheckedDefinition, leastPrivacy } from "./custom-check.ts";
import type { CustomDefinition } from "./custom-definition.ts";
import { PREVIEW_MEMBERS_MAX, PREVIEW_SAMPLE_MAX, PREVIEW_SECONDS_MAX, PREVIEWS_MAX } from "./custom-limits.ts";
import { liveOf } from "./custom.ts";
import { previewMembers, previewSpread, stoppable } from "./custom-preview-store.ts";
import { customRows } from "./custom-store.ts";
import { displayValue, type Shown } from "./display.ts";
import { reasonText } from "./member-tags.ts";
import { followSwitches } from "./switch-store.ts";

interface Words {
  readonly zh: string;
  readonly en: string;
}
export interface Preview {
  /** Members that the person may see. */
  readonly total: number;
  /** Of them computed: all, or a random sample when there are too many. */
  readonly computed: number;
  readonly with_value: number;
  readonly kind: string;
  readonly privacy_least: string;
  readonly business_day: string;
  readonly distribution: readonly (Words & { readonly value: string; readonly count: number })[];
  /** Of numbers: smallest, quartiles, largest, as they are shown. */
  readonly quantiles: readonly Words[] | null;
  readonly sample: readonly {
    readonly member: MemberRow;
    readonly value: string;
    readonly display: Words;
    readonly why: Words;
  }[];
}

const running = new WeakMap<Ground, { previews: number }>();
const CANCELLED = "57014";
const PART = "p__";

/**
 * What a definition that is not kept would say of the members a person may see: how its values are spread, whom it would
 * have a value for, and some members with value and reason. Always from the records as they are now.
 * @param signal aborts when nobody waits any more: the statement is stopped too
 * @throws tags.bad_definition's problems as `problems`; tags.preview_busy, tags.preview_slow, tags.preview_cancelled
 */
export async function previewCustom(
  ground: Ground,
  book: TagBook,
  scope: Scope,
  input: unknown,
  signal: AbortSignal,
): Promise<Preview> {
  const slots = running.get(ground) ?? { previews: 0 };
  running.set(ground, slots);
  if (slots.previews >= PREVIEWS_MAX) throw problem("tags.preview_busy", { max: PREVIEWS_MAX });
  slots.previews += 1;
  try {
    return await ground.store.read(scope, (tx) =>
      stoppable(ground, tx, PREVIEW_SECONDS_MAX, signal, () => preview(tx, ground, book, scope, input)),
    );
  } catch (error) {
    if (signal.aborted) throw problem("tags.preview_cancelled");
    if ((error as { code?: string }).code === CANCELLED)
      throw problem("tags.preview_slow", { seconds: PREVIEW_SECONDS_MAX });
    throw error;
  } finally {
    slots.previews -= 1;
  }
}

async function preview(tx: Tx, ground: Ground, book: TagBook, scope: Scope, input: unknown): Promise<Preview> {
  await followSwitches(tx, book);
  const others = liveOf(await customRows(tx));
  const checked = checkDefinition(ground, book, others, input);
  if (!checked.ok) {
    const [first] = checked.problems;
    const { path = "", zh = "", en = "" } = first ?? {};
    const count = checked.problems.length;
    throw problem("tags.bad_definition", { count, path, first_zh: zh, first_en: en }, checked.problems);
  }
  const { definition, tree, kind } = checked;
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const stores = scope.stores === "all" ? null : scope.stores;
  const { total, ids } = await previewMembers(tx, stores, PREVIEW_MEMBERS_MAX);
  const plan = planOutputs([{ name: "value", tree, as: "text" }], ground.catalogue, today);
  const statement = printPlan(
    plan,
    postgresql,
    ids === null ? { kind: "all" } : { kind: "given", array: "$1::bigint[]" },
  );
  const found = await previewSpread(tx, statement, ids, isNumber(tree.type), PREVIEW_SAMPLE_MAX);
  const shown: Shown = { currency: ground.config.currency };
  const say = (value: string): Words => ({
    zh: displayValue(definition, value, shown, "zh"),
    en: displayValue(definition, value, shown, "en"),
  });
  return {
    total,
    computed: found.members,
    with_value: found.with_value,
    kind: kind === "since" ? "number" : kind,
    privacy_least: leastPrivacy(tree, ground.catalogue),
    business_day: today,
    distribution: found.spread.map(({ value, members }) => ({ value, ...say(value), count: members })),
    quantiles: found.quantiles?.map(say) ?? null,
    sample: await sampleOf(tx, ground, book, checked, found.sample, today),
  };
}

async function sampleOf(
  tx: Tx,
  ground: Ground,
  book: TagBook,
  { definition }: CheckedDefinition,
  sample: readonly { member_id: number; value: string }[],
  today: string,
): Promise<Preview["sample"]> {
  if (sample.length === 0) return [];
  const shown: Shown = { currency: ground.config.currency };
  const member_ids = sample.map(({ member_id }) => member_id);
  const parts = await partsOf(tx, ground, book, definition, member_ids, today);
  const values = new Map(sample.map(({ member_id, value }) => [member_id, value]));
  return (await memberRowsById(tx, ground, member_ids)).map((member) => {
    const value = values.get(member.member_id) ?? "";
    const part = (name: string) => parts.get(member.member_id)?.[`${PART}${name}`] ?? null;
    return {
      member,
      value,
      display: { zh: displayValue(definition, value, shown, "zh"), en: displayValue(definition, value, shown, "en") },
      why: {
        zh: reasonText(book, definition, value, part, shown, "zh"),
        en: reasonText(book, definition, value, part, shown, "en"),
      },
    };
  });
}

type PartRow = Readonly<Record<string, string | null>> & { readonly member_id: number };

/** The parts of a reason for some members, in one statement. */
async function partsOf(
  tx: Tx,
  ground: Ground,
  book: TagBook,
  definition: CustomDefinition,
  member_ids: readonly number[],
  today: string,
): Promise<ReadonlyMap<number, PartRow>> {
  const outputs: Output[] = Object.entries(definition.reason.parts ?? {}).map(([name, part]) => ({
    name: `${PART}${name}`,
    tree: checkedTree(part.expression, ground.catalogue, book.references),
    as: "text",
  }));
  if (outputs.length === 0) return new Map();
  const plan = planOutputs(outputs, ground.catalogue, today);
  const rows = await tx.query<PartRow>(printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" }), [
    member_ids,
  ]);
  return new Map(rows.map((row) => [row.member_id, row]));
}
