import { SCENES } from "../../../definitions/journeys/index.ts";
import { sentBy } from "../../channels/index.ts";
import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import { momentsBetween } from "../schedule/moments.ts";
import type { Entry } from "../definition.ts";
import {
  entriesOfVersions,
  handledByEvent,
  momentsDone,
  type Handled,
  type SceneJourney,
  sceneJourneys,
} from "./qualifying-store.ts";

const DAY_MS = 86_400_000;
export const SHARE_DAYS = 30;
/** A scene is automated when so many percent of those whom it is about were handled. */
export const HANDLED_PERCENT = 95;

export interface SceneShare extends Handled {
  readonly scene: string;
  readonly journeys: readonly { readonly journey: string; readonly state: string }[];
  /** Whether members are counted, or moments of a schedule. */
  readonly counts: "members" | "moments";
  readonly automated: boolean;
}

export interface AutomationShare {
  readonly marketing_sent: number;
  /** Of them such as no person started. */
  readonly marketing_automated: number;
  readonly scenes: readonly SceneShare[];
}

/** How much runs by itself, over the last 30 days (measures.md: automation share). */
export async function automationShare(tx: Tx, ground: Ground): Promise<AutomationShare> {
  const until = ground.clock.now();
  const span = { since: new Date(until.getTime() - SHARE_DAYS * DAY_MS), until };
  const sent = await sentBy(tx, "marketing", span.since);
  const entries = await entriesOfVersions(
    tx,
    sent.filter(({ source }) => source === "journeys").map(({ origin }) => origin),
  );
  const sum = (rows: readonly { readonly messages: number }[]) => rows.reduce((all, one) => all + one.messages, 0);
  const journeys = Map.groupBy(await sceneJourneys(tx), ({ scene }) => scene);
  const scenes: SceneShare[] = [];
  for (const { key, journey } of SCENES)
    scenes.push(
      await sceneShare(tx, ground, { scene: key, entry: journey.entry, made: journeys.get(key) ?? [] }, span),
    );
  return {
    marketing_sent: sum(sent),
    marketing_automated: sum(
      sent.filter(({ source, origin }) => source === "journeys" && entersByItself(entries.get(origin))),
    ),
    scenes,
  };
}

/** Whoever calls the API, or sets one date, has started it. */
export function entersByItself(entry: unknown): boolean {
  const { kind, every } = (entry ?? {}) as Partial<{ kind: Entry["kind"]; every: string }>;
  return kind === "event" || kind === "segment" || (kind === "schedule" && every !== "once");
}

interface Asked {
  readonly scene: string;
  readonly entry: Entry;
  readonly made: readonly SceneJourney[];
}

/** The best of a scene's journeys counts. */
async function sceneShare(
  tx: Tx,
  ground: Ground,
  { scene, entry, made }: Asked,
  span: { readonly since: Date; readonly until: Date },
): Promise<SceneShare> {
  let best: Handled = { qualifying: 0, handled: 0 };
  let automated = false;
  for (const one of made) {
    if (one.state !== "live" || one.definition === null) continue;
    const found = await handledBy(tx, ground, one.journey, one.definition, span);
    const enough = found.handled * 100 >= found.qualifying * HANDLED_PERCENT;
    if ((enough && !automated) || found.handled > best.handled || best.qualifying === 0) best = found;
    automated ||= enough;
  }
  const journeys = made.map(({ journey, state }) => ({ journey, state }));
  return { scene, journeys, counts: entry.kind === "schedule" ? "moments" : "members", automated, ...best };
}

async function handledBy(
  tx: Tx,
  ground: Ground,
  journey: string,
  definition: NonNullable<SceneJourney["definition"]>,
  span: { readonly since: Date; readonly until: Date },
): Promise<Handled> {
  const { entry } = definition;
  if (entry.kind === "event") return handledByEvent(tx, journey, definition, entry.event, span);
  if (entry.kind !== "schedule") return { qualifying: 0, handled: 0 };
  const wanted = momentsBetween(entry, span.since, span.until, ground.config.timezone);
  const done = new Set((await momentsDone(tx, journey, span)).map((at) => at.getTime()));
  return { qualifying: wanted.length, handled: wanted.filter((at) => done.has(at.getTime())).length };
}
