import { type Walk, type Walker, passNodes } from "../walk.ts";
import { endedBefore } from "../advance.ts";
import { isHeldOut } from "../bucket.ts";
import { entrantOf } from "../enter.ts";
import type { Plan } from "../plan.ts";
import { type Earlier, hearOn, mayEnter, type Path, reachOn, type Walked } from "./path.ts";

/** Something that happened to a member: a record, or what lets them in beside records. */
export interface Happening {
  readonly member_id: number;
  readonly at: Date;
  /** The kind of record; null: only an entry. */
  readonly event: string | null;
  /** What an entry by it is known by; null: it lets nobody in. */
  readonly cause: string | null;
  /** What it says, of what happens on the platform itself; records are read when a message tells of them. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Steps of all paths together: a journey that turns in a circle every minute ends here, with a sentence. */
export const STEPS_MAX = 10_000_000;

interface Ahead {
  readonly walked: Walked;
  readonly happenings: readonly Happening[];
  next: number;
}

/**
 * Members of a dry run with their ways, played day by day. Each lives by its own instants: what happened to it and when
 * it is due, in the order of time; the walking itself is the engine's.
 */
export class Play {
  readonly #plan: Plan;
  readonly #walk: Walk;
  readonly #members = new Map<number, Walked>();
  readonly #earlier: ReadonlyMap<number, readonly Earlier[]>;
  readonly #underWay = new Set<Walked>();
  readonly #waits: ReadonlyMap<string, ReadonlySet<number>>;
  readonly #paths: Path[];
  steps = 0;

  /** @param paths where the ways go that it begins, numbered by their place; others may put theirs there too */
  constructor(walk: Walk, earlier: ReadonlyMap<number, readonly Earlier[]>, paths: Path[]) {
    this.#paths = paths;
    this.#walk = walk;
    this.#plan = walk.plan;
    this.#earlier = earlier;
    const waits = new Map<string, Set<number>>();
    for (const { place, node } of this.#plan.stops)
      if (node.kind === "wait_until") waits.set(node.event, (waits.get(node.event) ?? new Set()).add(place));
    this.#waits = waits;
  }

  /** @param until the first instant that is not played any more; @param pulse throws to stop */
  async day(happenings: readonly Happening[], until: Date, pulse: () => Promise<void>): Promise<void> {
    const ahead = new Map<Walked, Ahead>();
    for (const [member_id, ones] of Map.groupBy(happenings, (one) => one.member_id)) {
      const walked = this.#memberOf(member_id, ones);
      if (walked !== undefined) ahead.set(walked, { walked, happenings: ones, next: 0 });
    }
    for (const walked of this.#underWay) if (!ahead.has(walked)) ahead.set(walked, { walked, happenings: [], next: 0 });
    for (let active = [...ahead.values()]; active.length > 0; ) {
      await pulse();
      const walkers: { readonly walker: Walker; readonly path: Path }[] = [];
      active = active.filter((one) => {
        const path = this.#nextDue(one, until);
        if (path !== undefined) walkers.push({ walker: this.#walkerOf(path), path });
        return path !== undefined;
      });
      await passNodes(
        this.#walk,
        walkers.map(({ walker }) => walker),
      );
      for (const { walker, path } of walkers) this.#settle(walker, path);
    }
    for (const walked of ahead.keys()) {
      walked.open = walked.open.filter(({ ended }) => ended === null);
      if (walked.open.length === 0) this.#underWay.delete(walked);
    }
  }

  #memberOf(member_id: number, ones: readonly Happening[]): Walked | undefined {
    const known = this.#members.get(member_id);
    if (known !== undefined || ones.every(({ cause }) => cause === null)) return known;
    const walked: Walked = { member_id, earlier: this.#earlier.get(member_id) ?? [], paths: [], open: [] };
    this.#members.set(member_id, walked);
    return walked;
  }

  /** Lets happen what comes before the next path is due. @returns that path; undefined: there is none before `until` */
  #nextDue(one: Ahead, until: Date): Path | undefined {
    const { walked, happenings } = one;
    for (;;) {
      const happening = happenings[one.next];
      const limit = happening?.at ?? until;
      let due: Path | undefined;
      for (const path of walked.open)
        if (path.ended === null && path.due_at < limit && (due === undefined || path.due_at < due.due_at)) due = path;
      if (due !== undefined || happening === undefined) return due;
      one.next += 1;
      this.#happen(walked, happening);
    }
  }

  /** In the order of the stage: it ends waits, reaches the goal, lets in. */
  #happen(walked: Walked, { at, event, cause, body }: Happening): void {
    const { definition } = this.#plan;
    if (event !== null) {
      const places = this.#waits.get(event);
      if (places !== undefined) hearOn(walked.open, places, at);
      if (definition.goal?.event === event) reachOn(walked, definition.goal.exit, at);
    }
    if (cause === null) return;
    const { entry } = definition;
    const record = entry.kind === "event" && entry.each === "record" ? cause : undefined;
    const entrant = entrantOf(definition, walked.member_id, cause, record);
    if (!mayEnter(walked, entrant, at, definition)) return;
    const held = isHeldOut(definition, walked.member_id);
    const path: Path = {
      path: this.#paths.length,
      ...entrant,
      cause,
      body,
      entered_at: at,
      node: this.#plan.start,
      step: 0,
      due_at: at,
      waits: false,
      heard: false,
      goal_at: null,
      ended: held ? "hold_out" : null,
      ended_at: held ? at : null,
      trail: [],
      trail_at: [],
    };
    this.#paths.push(path);
    walked.paths.push(path);
    if (held) return;
    walked.open.push(path);
    this.#underWay.add(walked);
  }

  #walkerOf(path: Path): Walker {
    const { node, step, due_at, heard, waits, member_id } = path;
    const ended = endedBefore(path, member_id, { state: "live", definition: this.#plan.definition });
    const run = { run_id: path.path, member_id };
    return {
      run,
      now: due_at,
      node,
      step,
      due_at,
      heard,
      waits,
      trail: [],
      before: path.trail,
      before_at: path.trail_at,
      ended,
    };
  }

  #settle({ now, node, step, due_at, waits, trail, ended }: Walker, path: Path): void {
    Object.assign(path, { node, step, due_at, waits, heard: false, ended, ended_at: ended === null ? null : now });
    for (const edge of trail) {
      path.trail.push(edge);
      path.trail_at.push(Math.floor(now.getTime() / 1000));
    }
    this.steps += 1 + trail.length;
  }
}
