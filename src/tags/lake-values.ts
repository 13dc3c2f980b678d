import type { Ground } from "../ground.ts";
import type { TagBook } from "./book.ts";
import type { LakeRow } from "./full.ts";

/** Every member's values out of the lake, in portions; undefined while there is no lake to read. */
export async function lakeValues(
  _ground: Ground,
  _book: TagBook,
  _today: string,
): Promise<AsyncIterable<readonly LakeRow[]> | undefined> {
  return undefined;
}
