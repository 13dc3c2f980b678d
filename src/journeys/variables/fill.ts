import { benefitChoices, couponChoices } from "../../benefits/index.ts";
import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import { tierChoices } from "../../tiers/index.ts";
import type { Node } from "../definition.ts";
import type { Plan } from "../plan.ts";
import { eventValues, type Given } from "./event-values.ts";
import { type Told, toldOf } from "./format.ts";
import { MEMBER_VALUES, memberValues } from "./member-values.ts";
import type { ValueType, VariableSource } from "./source.ts";
import { wantedPlaces } from "./told.ts";
import { type GivingNode, isGiving, lastDayOf } from "./step-values.ts";

export type MessageNode = Extract<Node, { kind: "message" }>;
export type Variables = Readonly<Record<string, Told>>;

/** A message that is to be asked for, with what its variables are read from. */
export interface Telling {
  readonly member_id: number;
  readonly place: number;
  readonly given: Given | null;
  /** Of nodes whose values are told: when the run last passed them, in seconds. */
  readonly passed: ReadonlyMap<number, number>;
}

/** What is not the same live and in a rehearsal: what nodes really gave. */
export interface GivenThings<T extends Telling = Telling> {
  /** Whether nothing came of a node that a run passed at that second. */
  readonly refused: (one: T, place: number, at_seconds: number) => boolean;
  /** Until when the coupon of a node is valid; null: without an end. */
  readonly couponUntil: (one: T, place: number, at_seconds: number) => string | null | undefined;
}

/** A coupon without a last day. */
const FOR_EVER = "长期有效";

/** Variables of messages in their order. A value that there is not is left out: whether the words stand without it is the gate's to say. */
export async function variablesOf<T extends Telling>(
  tx: Tx,
  ground: Ground,
  { stops, definition, told }: Plan,
  tellings: readonly T[],
  things: GivenThings<T>,
): Promise<Variables[]> {
  const { timezone } = ground.config;
  const members = await memberValues(
    tx,
    told.member,
    tellings.map((one) => one.member_id),
  );
  const names = await namesOf(tx, ground, stops);
  const event = definition.entry.kind === "event" ? definition.entry.event : "";
  const types = typesOf(event);
  const placeOfKey = new Map(stops.map(({ key, place }) => [key, place]));
  const valueOf = (one: T, { from, value, node }: VariableSource): Told | undefined => {
    if (from === "text") return value === "" ? undefined : value;
    if (from === "event") return toldOf(types.event.get(value) ?? "text", one.given?.[value], timezone);
    if (from === "member")
      return toldOf(types.member.get(value) ?? "text", members.get(one.member_id)?.[value], timezone);
    const place = placeOfKey.get(node ?? "");
    const at = place === undefined ? undefined : one.passed.get(place);
    const giving = place === undefined ? undefined : stops[place]?.node;
    if (place === undefined || at === undefined || !isGiving(giving) || things.refused(one, place, at))
      return undefined;
    if (value === "name") return names.get(place);
    if (value === "points") return giving.kind === "points" ? giving.points : undefined;
    const until =
      giving.kind === "coupon" ? things.couponUntil(one, place, at) : lastDayOf(giving, new Date(at * 1000), timezone);
    return until === null ? FOR_EVER : toldOf("day", until, timezone);
  };
  return tellings.map((one) => {
    const node = stops[one.place]?.node;
    const sources = node?.kind === "message" ? Object.entries(node.variables ?? {}) : [];
    return Object.fromEntries(
      sources.flatMap(([name, source]) => {
        const found = valueOf(one, source);
        return found === undefined ? [] : [[name, found] as const];
      }),
    );
  });
}

function typesOf(event: string) {
  const typed = (choices: readonly { readonly value: string; readonly type: ValueType }[]) =>
    new Map(choices.map(({ value, type }) => [value, type]));
  return { event: typed(eventValues(event)), member: typed(MEMBER_VALUES) };
}

/** What people call the things that nodes give, by place. */
async function namesOf(tx: Tx, ground: Ground, stops: Plan["stops"]): Promise<ReadonlyMap<number, string>> {
  const places = wantedPlaces(stops);
  const giving = stops.flatMap(({ place, node }) => (places.has(place) && isGiving(node) ? [{ place, node }] : []));
  const has = (kind: GivingNode["kind"]) => giving.some(({ node }) => node.kind === kind);
  const coupons = has("coupon") ? await couponChoices(tx, ground) : [];
  const benefits = has("benefit") ? await benefitChoices(tx, ground) : [];
  const tiers = has("tier") ? await tierChoices(tx) : [];
  return new Map(
    giving.map(({ place, node }) => {
      const named =
        node.kind === "coupon"
          ? coupons.find((one) => one.coupon === node.coupon)
          : node.kind === "benefit"
            ? benefits.find((one) => one.benefit === node.benefit)
            : node.kind === "tier"
              ? tiers.find((one) => one.tier === node.tier)
              : undefined;
      return [place, named?.zh ?? ""] as const;
    }),
  );
}
