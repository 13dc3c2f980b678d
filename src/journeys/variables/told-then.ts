import { rehearseLastDay } from "../../benefits/index.ts";
import type { Ground } from "../../ground.ts";
import { toldEvents } from "../../members/index.ts";
import { businessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Path } from "../dry-run/path.ts";
import type { Effect, MessageEffect, Settled } from "../dry-run/summary.ts";
import type { Plan } from "../plan.ts";
import { bodyOf, type Given, givenOf } from "./event-values.ts";
import { type Variables, variablesOf } from "./fill.ts";

const RECORDS_A_READ = 10_000;
const second = (at: Date) => Math.floor(at.getTime() / 1000);

/**
 * Messages of a dry run with their variables: of the entry and of nodes as they were then, of members as they are now. What a
 * coupon's batch says is that of now.
 */
export async function toldThen(
  tx: Tx,
  ground: Ground,
  { plan, paths }: { readonly plan: Plan; readonly paths: readonly Path[] },
  messages: readonly MessageEffect[],
  { acts, points }: Pick<Settled, "acts" | "points">,
): Promise<(MessageEffect & { readonly variables?: Variables })[]> {
  const tells = (one: MessageEffect) => {
    const node = plan.stops[one.place]?.node;
    return node?.kind === "message" && node.variables !== undefined;
  };
  const telling = messages.filter(tells);
  if (telling.length === 0) return [...messages];
  const given = await givenThen(
    tx,
    plan,
    [...new Set(telling.map(({ path }) => path))].flatMap((at) => paths[at] ?? []),
  );
  const spoken = telling.map((one) => ({ ...one, given: given.get(one.path) ?? null }));
  const refused = new Set(
    [...acts, ...points]
      .filter((one) => one.refused !== undefined)
      .map((one: Effect) => `${one.path} ${one.place} ${second(one.at)}`),
  );
  const untils = await couponsThen(tx, ground, plan, spoken);
  const variables = await variablesOf(tx, ground, plan, spoken, {
    refused: ({ path }, place, at) => refused.has(`${path} ${place} ${at}`),
    couponUntil: (_, place, at) => untils.get(couponKey(ground, place, at)),
  });
  const byMessage = new Map(telling.map((one, at) => [one, variables[at] ?? {}]));
  return messages.map((one) => {
    const told = byMessage.get(one);
    return told === undefined ? one : { ...one, variables: told };
  });
}

/** What let paths in, by path. */
async function givenThen(tx: Tx, { definition, told }: Plan, paths: readonly Path[]): Promise<Map<number, Given>> {
  const found = new Map<number, Given>();
  const { entry } = definition;
  if (entry.kind !== "event" || told.event.size === 0) return found;
  const keep = (path: number, body: Readonly<Record<string, unknown>>) => {
    const given = givenOf(entry.event, told.event, body);
    if (given !== undefined) found.set(path, given);
  };
  const recorded = new Map<number, Path>();
  for (const path of paths) {
    const [, event_id] = /^record (\d+)$/.exec(path.cause) ?? [];
    if (path.body !== undefined) keep(path.path, path.body);
    else if (event_id !== undefined) recorded.set(Number(event_id), path);
  }
  const places = [...recorded].map(([event_id, { member_id, entered_at }]) => ({
    event_id,
    member_id,
    at: entered_at,
  }));
  for (let at = 0; at < places.length; at += RECORDS_A_READ)
    for (const one of await toldEvents(tx, places.slice(at, at + RECORDS_A_READ))) {
      const path = recorded.get(one.event_id);
      if (path !== undefined) keep(path.path, bodyOf(entry.event, one));
    }
  return found;
}

const couponKey = ({ config }: Ground, place: number, at_seconds: number) =>
  `${place} ${businessDay(new Date(at_seconds * 1000), config.timezone)}`;

/** Until when coupons would be valid that were given on the days of these messages, by node and day. */
async function couponsThen(
  tx: Tx,
  ground: Ground,
  { stops }: Plan,
  messages: readonly MessageEffect[],
): Promise<ReadonlyMap<string, string | null | undefined>> {
  const found = new Map<string, string | null | undefined>();
  for (const { passed } of messages)
    for (const [place, at] of passed) {
      const node = stops[place]?.node;
      const key = couponKey(ground, place, at);
      if (node?.kind !== "coupon" || found.has(key)) continue;
      found.set(key, await rehearseLastDay(tx, node.coupon, businessDay(new Date(at * 1000), ground.config.timezone)));
    }
  return found;
}
