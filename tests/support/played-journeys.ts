import { dryRun, type DryRunInput } from "../../src/journeys/dry-run/run.ts";
import type { JourneyDefinition } from "../../src/journeys/index.ts";
import { changeState, saveJourney } from "../../src/journeys/index.ts";
import { addDays, businessDay, newUuid, startOfDay } from "../../src/platform/index.ts";
import type { TestWorld } from "./database.ts";
import { JourneyShop } from "./journey-shop.ts";
import { MessageDesk } from "./message-desk.ts";

/** What people of these names do at an instant. */
export interface Deed {
  readonly at: Date;
  readonly kind: string;
  readonly names: readonly string[];
  readonly body?: Record<string, unknown>;
}

/** A way with what came of it, as it was live or in a dry run. */
export interface PlayedWay {
  readonly member_id: number;
  readonly entered_at: Date;
  readonly node: number;
  readonly goal_at: Date | null;
  readonly ended: string | null;
  readonly ended_at: Date | null;
  readonly due_at: Date | null;
  readonly trail: readonly number[];
  readonly trail_at: readonly number[];
  /** By step: sent, held with its reason, waiting; given, refused with its code; and when. */
  readonly effects: readonly string[];
}

const TICK_MINUTES = 30;

/** Plays days live, tick by tick, and the same days once more as a dry run. */
export class PlayedJourneys {
  readonly shop: JourneyShop;
  readonly desk: MessageDesk;
  readonly #world: () => TestWorld;

  constructor(world: () => TestWorld) {
    this.#world = world;
    this.shop = new JourneyShop(world);
    this.desk = new MessageDesk(world().ground);
  }

  /** The next midnight: what is published then has no history of its own. */
  turnToMidnight(): Date {
    const { clock, ground } = this.#world();
    const { timezone } = ground.config;
    const midnight = startOfDay(addDays(businessDay(clock.now(), timezone), 1), timezone);
    clock.set(midnight);
    return midnight;
  }

  /** Live: everything happens when it happens, the engine and the gate work each half hour. */
  async live(definition: JourneyDefinition, deeds: readonly Deed[], days: number): Promise<void> {
    const { clock } = this.#world();
    await this.shop.publish(definition);
    const end = clock.now().getTime() + days * 86_400_000 - TICK_MINUTES * 60_000;
    for (;;) {
      const now = clock.now();
      for (const { kind, names, body } of deeds.filter(({ at }) => at.getTime() === now.getTime()))
        await this.shop.act(kind, names, body);
      await this.shop.settle();
      await this.desk.run("inbox");
      if (now.getTime() >= end) return;
      clock.advance({ minutes: TICK_MINUTES });
    }
  }

  async end(key: string): Promise<void> {
    await this.shop.write((tx) => changeState(tx, this.#world().ground, key, "ended"));
    await this.shop.settle();
  }

  /** @returns its number */
  async dry(definition: JourneyDefinition, over: Partial<DryRunInput> = {}): Promise<number> {
    const { ground, clock } = this.#world();
    await this.shop.write((tx) => saveJourney(tx, ground, definition, { person_id: null }));
    const result = await dryRun({
      ground,
      job_id: newUuid(clock.now()),
      input: {
        journey: definition.key,
        version: 1,
        definition: JSON.stringify(definition),
        days: 30,
        member_id: null,
        segment_id: null,
        person_id: null,
        until: clock.now().toISOString(),
        ...over,
      },
      signal: new AbortController().signal,
      cancelled: () => false,
      progress: async () => {},
    });
    return (result as { dry_run_id: number }).dry_run_id;
  }

  /** Ways of a journey as they were live. */
  async liveWays(key: string): Promise<PlayedWay[]> {
    return this.#ways(
      `select r.member_id, r.entered_at, r.node, r.goal_at, r.ended, r.ended_at, r.trail, r.trail_at,
         case when r.ended is null then r.due_at end as due_at,
         array(select e.effect from (
           select split_part(m.effect_key, '.', 4)::int as step,
             concat_ws(' ', split_part(m.effect_key, '.', 4), case o.state when 'accepted' then 'sent' else coalesce(o.state, 'waiting') end,
               o.reason, extract(epoch from coalesce(o.at, p.due_at))::bigint) as effect
           from channels.message m left join channels.outcome o using (message_id) left join channels.pending p using (message_id)
           where m.source = 'journeys' and m.effect_key like r.version_id || '.' || r.run_id || '.%'
           union all
           select split_part(q.key, '.', 4)::int, concat_ws(' ', split_part(q.key, '.', 4), 'given')
           from points.request q where q.key like 'journey ' || r.version_id || '.' || r.run_id || '.%'
           union all
           select x.step, concat_ws(' ', x.step, 'given') from journeys.effect x
           where x.run_id = r.run_id and not exists (select from journeys.trouble t where t.run_id = x.run_id and t.step = x.step)
           union all
           select t.step, concat_ws(' ', t.step, 'refused', t.code) from journeys.trouble t where t.run_id = r.run_id
         ) e order by e.step) as effects
       from journeys.run r where r.journey = $1`,
      [key],
    );
  }

  /** Ways of a dry run. */
  async dryWays(dry_run_id: number): Promise<PlayedWay[]> {
    return this.#ways(
      `select r.member_id, r.entered_at, r.node, r.goal_at, r.ended, r.ended_at, r.trail, r.trail_at,
         case when r.ended is null then r.due_at end as due_at,
         array(select case e.kind when 'message'
             then concat_ws(' ', e.step, e.state, e.reason, extract(epoch from e.at)::bigint)
             else concat_ws(' ', e.step, e.state, e.reason) end
           from journeys.dry_effect e where e.dry_run_id = r.dry_run_id and e.path = r.path order by e.step) as effects
       from journeys.dry_path r where r.dry_run_id = $1`,
      [dry_run_id],
    );
  }

  async #ways(text: string, values: readonly unknown[]): Promise<PlayedWay[]> {
    const found = await this.shop.read<PlayedWay>(text, values);
    return found.toSorted((a, b) => a.member_id - b.member_id || a.entered_at.getTime() - b.entered_at.getTime());
  }
}
