import type { Stop } from "../plan.ts";
import type { VariableSource } from "./source.ts";

function sourcesOf(stops: readonly Stop[], from: VariableSource["from"]): VariableSource[] {
  return stops
    .flatMap(({ node }) => (node.kind === "message" ? Object.values(node.variables ?? {}) : []))
    .filter((source) => source.from === from);
}

/** Of members: the values that any message tells. */
export const wantedOfMembers = (stops: readonly Stop[]): ReadonlySet<string> =>
  new Set(sourcesOf(stops, "member").map(({ value }) => value));

/** Of what lets members in: the values that any message tells. */
export const wantedOfEvent = (stops: readonly Stop[]): ReadonlySet<string> =>
  new Set(sourcesOf(stops, "event").map(({ value }) => value));

/** Nodes of which any message tells something. */
export function wantedPlaces(stops: readonly Stop[]): ReadonlySet<number> {
  const keys = new Set(sourcesOf(stops, "step").map(({ node }) => node));
  return new Set(stops.filter(({ key }) => keys.has(key)).map(({ place }) => place));
}
