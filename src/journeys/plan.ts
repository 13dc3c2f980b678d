import { wantedOfEvent, wantedOfMembers, wantedPlaces } from "./variables/told.ts";
import { BRANCHES_MAX, type JourneyDefinition, type Node, waysOf } from "./definition.ts";

/** A node with its place, and the places its ways lead to. */
export interface Stop {
  readonly place: number;
  readonly key: string;
  readonly node: Node;
  readonly ways: readonly number[];
}

/** A published journey as the engine walks it. */
export interface Plan {
  readonly version_id: number;
  readonly definition: JourneyDefinition;
  readonly start: number;
  readonly stops: readonly Stop[];
  /** A jump counts how often it was taken, or a message tells what an earlier node gave. */
  readonly looks_back: boolean;
  /** What messages tell of the entry and of members, and of which nodes. */
  readonly told: {
    readonly event: ReadonlySet<string>;
    readonly member: ReadonlySet<string>;
    readonly places: ReadonlySet<number>;
  };
}

/** The number under which the way out `way` of the node at `place` is counted and kept in trails. */
export const edgeOf = (place: number, way: number): number => place * (BRANCHES_MAX + 1) + way;

/** The node and the way of an edge's number. */
export const placeOf = (edge: number): { readonly place: number; readonly way: number } => ({
  place: Math.floor(edge / (BRANCHES_MAX + 1)),
  way: edge % (BRANCHES_MAX + 1),
});

const plans = new Map<number, Plan>();

/** Places follow the order in which the nodes stand in the definition, which never changes once published. */
export function planOf(version_id: number, definition: JourneyDefinition): Plan {
  const known = plans.get(version_id);
  // numbers of versions begin anew in another database of the same process
  if (known !== undefined && JSON.stringify(known.definition) === JSON.stringify(definition)) return known;
  const keys = Object.keys(definition.nodes);
  const placeOfKey = (key: string) => keys.indexOf(key);
  const stops = Object.entries(definition.nodes).map(([key, node], place) => ({
    place,
    key,
    node,
    ways: waysOf(node).map(placeOfKey),
  }));
  const told = { event: wantedOfEvent(stops), member: wantedOfMembers(stops), places: wantedPlaces(stops) };
  const looks_back = told.places.size > 0 || stops.some(({ node }) => node.kind === "jump");
  const plan = { version_id, definition, start: placeOfKey(definition.start), stops, looks_back, told };
  plans.set(version_id, plan);
  return plan;
}
