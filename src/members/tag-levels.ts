import type { Ground } from "../ground.ts";
import { type Level, problem } from "../platform/index.ts";
import type { Scope } from "../store/index.ts";

type LevelOf = (tag: string) => Level | undefined;
const told = new WeakMap<Ground, LevelOf>();
const LEVELS: readonly Level[] = ["L1", "L2", "L3", "L4"];

/** The domain of tags, which comes later, tells how sensitive each of them is. */
export function tellTagLevels(ground: Ground, levelOf: LevelOf): void {
  told.set(ground, levelOf);
}

/** Whoever sees a tag masked could find it out by asking for each of its values. @throws members.tag_personal */
export function refusePersonalTag(ground: Ground, { asks }: Scope, tag: string): void {
  const level = told.get(ground)?.(tag);
  if (asks === undefined || level === undefined || LEVELS.indexOf(level) <= LEVELS.indexOf(asks)) return;
  throw problem("members.tag_personal", { tag, level });
}
