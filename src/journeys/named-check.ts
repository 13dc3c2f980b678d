import { benefitChoices, couponChoices } from "../benefits/index.ts";
import { endpointNames } from "../channels/index.ts";
import type { Ground } from "../ground.ts";
import type { Params } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import { tierChoices } from "../tiers/index.ts";
import type { JourneyDefinition, Node } from "./definition.ts";
import { enteredVersions, type LiveVersion } from "./journey-store.ts";

interface NamedProblem {
  readonly path: string;
  readonly name: string;
  readonly params: Params;
}

const hasKind = (nodes: readonly Node[], kind: Node["kind"]) => nodes.some((node) => node.kind === kind);

/** Whether each thing that a node names is there: coupons, benefits, other journeys. */
export async function namedProblems(tx: Tx, ground: Ground, definition: JourneyDefinition): Promise<NamedProblem[]> {
  const nodes = Object.values(definition.nodes);
  const coupons = hasKind(nodes, "coupon") ? (await couponChoices(tx, ground)).map((one) => one.coupon) : [];
  const benefits = hasKind(nodes, "benefit") ? (await benefitChoices(tx, ground)).map((one) => one.benefit) : [];
  const tiers = hasKind(nodes, "tier") ? (await tierChoices(tx)).map((one) => one.tier) : [];
  const endpoints = hasKind(nodes, "webhook") ? (await endpointNames(tx)).map((one) => one.endpoint_id) : [];
  const live = hasKind(nodes, "enter") ? await enteredVersions(tx) : [];
  return Object.entries(definition.nodes).flatMap(([key, node]): NamedProblem[] => {
    const path = `/nodes/${key}`;
    if (node.kind === "coupon" && !coupons.includes(node.coupon))
      return [{ path: `${path}/coupon`, name: "coupon_unknown", params: { coupon: node.coupon } }];
    if (node.kind === "benefit" && !benefits.includes(node.benefit))
      return [{ path: `${path}/benefit`, name: "benefit_unknown", params: { benefit: node.benefit } }];
    if (node.kind === "tier" && !tiers.includes(node.tier))
      return [{ path: `${path}/tier`, name: "tier_unknown", params: { tier: node.tier } }];
    if (node.kind === "webhook" && !endpoints.includes(node.endpoint_id))
      return [{ path: `${path}/endpoint_id`, name: "endpoint_unknown", params: { endpoint_id: node.endpoint_id } }];
    if (node.kind !== "enter") return [];
    const params = { journey: node.journey };
    if (leadsTo(live, node.journey, definition.key))
      return [{ path: `${path}/journey`, name: "journey_circle", params }];
    const target = live.find((one) => one.journey === node.journey);
    return target?.definition.entry.kind === "api"
      ? []
      : [{ path: `${path}/journey`, name: "journey_no_entry", params }];
  });
}

/** Whether whoever enters one journey may come to another by the journeys that are live. */
function leadsTo(live: readonly LiveVersion[], from: string, to: string): boolean {
  const seen = new Set<string>();
  const ahead = [from];
  for (let journey = ahead.pop(); journey !== undefined; journey = ahead.pop()) {
    if (journey === to) return true;
    if (seen.has(journey)) continue;
    seen.add(journey);
    const nodes = Object.values(live.find((one) => one.journey === journey)?.definition.nodes ?? {});
    ahead.push(...nodes.flatMap((node) => (node.kind === "enter" ? [node.journey] : [])));
  }
  return false;
}
