import { ensureSource, type Source } from "../../src/ingest/index.ts";
import {
  advance,
  enterByApi,
  enterPresent,
  enterScheduled,
  hearCredits,
  type JourneyDefinition,
  publishJourney,
  saveJourney,
} from "../../src/journeys/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../src/store/index.ts";
import type { TestWorld } from "./database.ts";
import { id, memberOf, rows, send } from "./member-records.ts";
import { deliverAll } from "./outbox.ts";

const nobody = { person_id: null };

export type Nodes = JourneyDefinition["nodes"];

/** A journey that says hello to whoever is let in, or whatever else is said. */
export function journey(key: string, more: Partial<JourneyDefinition> = {}): JourneyDefinition {
  return {
    key,
    zh: key,
    en: key,
    entry: { kind: "api" },
    reentry: { kind: "once" },
    goal: null,
    hold_out_percent: 0,
    start: "say",
    nodes: { say: { kind: "message", template: "hello", next: "out" }, out: { kind: "exit" } },
    ...more,
  };
}

/** People of a mall who do something, and the journeys that hear of it. */
export class JourneyShop {
  readonly #world: () => TestWorld;
  #source: Source | undefined;

  constructor(world: () => TestWorld) {
    this.#world = world;
  }

  async open(): Promise<void> {
    this.#source = await ensureSource(this.#world().ground, { key: "mall", name: "Mall", kind: "rest" });
    await this.write((tx) =>
      tx.query(`insert into channels.template (template, channel, category, made_at) values
        ('hello', 'inbox', 'service', now()), ('again', 'inbox', 'service', now())`),
    );
  }

  get source(): Source {
    if (this.#source === undefined) throw new Error("the shop is not open");
    return this.#source;
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#world().ground.store.write(SYSTEM_SCOPE, work);
  }

  read<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return rows<Row>(this.#world().ground, text, values);
  }

  member(name: string): Promise<number> {
    return memberOf(this.#world().ground, this.source, "mall_id", name);
  }

  /** Something that people of these names do, now unless it is said when. */
  async act(
    kind: string,
    names: readonly string[],
    body: Record<string, unknown> = {},
    at = this.#world().clock.now(),
  ) {
    const occurred_at = at.toISOString();
    await send(
      this.#world().ground,
      this.source,
      names.map((name) => ({ kind, occurred_at, identities: [id("mall_id", name)], body })),
    );
  }

  /** Members with a number by which others find them. */
  async phones(people: readonly (readonly [name: string, phone: string])[]): Promise<void> {
    const occurred_at = this.#world().clock.now().toISOString();
    await send(
      this.#world().ground,
      this.source,
      people.map(([name, phone]) => ({
        kind: "member",
        occurred_at,
        identities: [id("mall_id", name), id("phone", phone)],
        body: {},
      })),
    );
  }

  async publish(definition: JourneyDefinition, running: "stay" | "move" = "stay") {
    const { ground } = this.#world();
    await this.write((tx) => saveJourney(tx, ground, definition, nobody));
    return this.write((tx) => publishJourney(tx, ground, definition.key, { ...nobody, running }));
  }

  enter(key: string, member_ids: readonly number[], cause = "test"): Promise<number> {
    return this.write((tx) => enterByApi(tx, this.#world().ground, key, { member_ids, key: cause }));
  }

  /** Until nothing is due any more. */
  async settle(): Promise<void> {
    await deliverAll(this.#world());
    const { ground } = this.#world();
    const come = async () =>
      (await enterPresent(ground)) || (await enterScheduled(ground)) || (await hearCredits(ground));
    while ((await come()) || (await advance(ground)) > 0) continue;
  }

  messages(key: string): Promise<{ member_id: number; template: string }[]> {
    return this.read(
      `select m.member_id, m.template from channels.message m
       join journeys.run r on m.effect_key like r.version_id || '.' || r.run_id || '.%'
       where r.journey = $1 order by m.message_id`,
      [key],
    );
  }

  runs(key: string): Promise<{ member_id: number; node: number; ended: string | null; trail: number[] }[]> {
    return this.read("select member_id, node, ended, trail from journeys.run where journey = $1 order by run_id", [
      key,
    ]);
  }
}
