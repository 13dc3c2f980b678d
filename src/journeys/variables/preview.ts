import { rehearseLastDay } from "../../benefits/index.ts";
import { previewTemplate, type Previewed } from "../../channels/index.ts";
import type { Ground } from "../../ground.ts";
import { memberRowsById, newestTold } from "../../members/index.ts";
import { businessDay, problem } from "../../platform/index.ts";
import { type Scope, SYSTEM_SCOPE } from "../../store/index.ts";
import type { JourneyDefinition } from "../definition.ts";
import { planOf } from "../plan.ts";
import { bodyOf, eventValues, givenOf } from "./event-values.ts";
import { type Told, toldOf } from "./format.ts";
import { variablesOf } from "./fill.ts";
import { MEMBER_VALUES } from "./member-values.ts";
import type { ValueType, VariableSource } from "./source.ts";
import { isGiving, stepValues } from "./step-values.ts";

export interface MessagePreview extends Previewed {
  readonly values: readonly { readonly name: string; readonly told: string; readonly example: boolean }[];
}

/** No published version has it. */
const NO_VERSION = 0;
const SOMEBODY = 0;

/** What stands for a value that there is not. */
const EXAMPLES: Readonly<Record<ValueType, (now: Date) => unknown>> = {
  number: () => 120,
  money: () => 26_800,
  text: () => "示例",
  day: (now) => now.toISOString(),
  instant: (now) => now,
};

function exampleOf({ entry, nodes }: JourneyDefinition, source: VariableSource, ground: Ground): Told {
  const { from, value, node } = source;
  if (from === "text") return value;
  const step = nodes[node ?? ""];
  const choices =
    from === "event"
      ? eventValues(entry.kind === "event" ? entry.event : "")
      : from === "member"
        ? MEMBER_VALUES
        : isGiving(step)
          ? stepValues(step)
          : [];
  const type = choices.find((one) => one.value === value)?.type ?? "text";
  return toldOf(type, EXAMPLES[type](ground.clock.now()), ground.config.timezone) ?? "";
}

/**
 * A message of a draft as a member would read it, the name masked: of the member as they are, of their newest record of the
 * entry's kind, of earlier nodes as if they were passed now. What there is not stands as an example.
 * @throws journeys.member_not_seen, channels.template_not_found, channels.template_unreadable
 */
export async function previewMessage(
  ground: Ground,
  scope: Scope,
  definition: JourneyDefinition,
  { node: key, member_id }: { readonly node: string; readonly member_id: number | null },
): Promise<MessagePreview> {
  const plan = planOf(NO_VERSION, definition);
  const stop = plan.stops.find((one) => one.key === key);
  if (stop?.node.kind !== "message") throw problem("journeys.no_message_node", { node: key });
  if (member_id !== null) {
    const [seen] = await ground.store.read({ ...scope, personal: "mask" }, (tx) =>
      memberRowsById(tx, ground, [member_id]),
    );
    if (seen === undefined) throw problem("journeys.member_not_seen", { member_id });
  }
  const now = ground.clock.now();
  const day = businessDay(now, ground.config.timezone);
  const { entry } = definition;
  const [found = {}] = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const newest =
      member_id === null || entry.kind !== "event" ? undefined : await newestTold(tx, member_id, entry.event);
    const given =
      newest === undefined || entry.kind !== "event"
        ? null
        : (givenOf(entry.event, plan.told.event, bodyOf(entry.event, newest)) ?? null);
    const passed = new Map([...plan.told.places].map((place) => [place, Math.floor(now.getTime() / 1000)]));
    const untils = new Map<number, string | null | undefined>();
    for (const place of plan.told.places) {
      const giving = plan.stops[place]?.node;
      if (giving?.kind === "coupon") untils.set(place, await rehearseLastDay(tx, giving.coupon, day));
    }
    return variablesOf(tx, ground, plan, [{ member_id: member_id ?? SOMEBODY, place: stop.place, given, passed }], {
      refused: () => false,
      couponUntil: (_, place) => untils.get(place),
    });
  });
  const values = Object.entries(stop.node.variables ?? {}).map(([name, source]) => {
    const told = found[name];
    return { name, told: told ?? exampleOf(definition, source, ground), example: told === undefined };
  });
  const variables = Object.fromEntries(values.map(({ name, told }) => [name, told]));
  const words = await previewTemplate(ground, scope, stop.node.template, { member_id, variables });
  return { ...words, values: values.map((one) => ({ ...one, told: String(one.told) })) };
}
