import type { Ground } from "../ground.ts";
import { type MemberRow, memberRowsById } from "../members/index.ts";
import { businessDay, problem } from "../platform/index.ts";
import { isNumber, planOutputs, postgresql, printPlan } from "../query/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { checkDefinition, type CheckedDefinition, leastPrivacy } from "./custom-check.ts";
import { PREVIEW_MEMBERS_MAX, PREVIEW_SAMPLE_MAX, PREVIEW_SECONDS_MAX, PREVIEWS_MAX } from "./custom-limits.ts";
import { liveOf } from "./custom.ts";
import { previewMembers, previewSpread, stoppable } from "./custom-preview-store.ts";
import { customRows } from "./custom-store.ts";
import { displayValue, type Shown } from "./display.ts";
import { reasonsFor } from "./member-reasons.ts";
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
  const values = new Map(sample.map(({ member_id, value }) => [member_id, value]));
  const reasons = await reasonsFor(tx, ground, book, definition, values, today);
  return (await memberRowsById(tx, ground, [...values.keys()])).flatMap((member) => {
    const said = reasons.get(member.member_id);
    return said === undefined ? [] : [{ member, value: values.get(member.member_id) ?? "", ...said }];
  });
}
