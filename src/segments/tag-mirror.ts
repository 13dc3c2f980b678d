import type { Ground } from "../ground.ts";

/** The live typed copy of all tags in the lake's engine: one row a member, one column a tag. */
export interface TagMirror {
  ready(): boolean;
  refresh(): Promise<{ readonly version: number; readonly as_of: Date }>;
}

/** The version up to which the mirror stands now; undefined while there is none. */
export async function mirrorVersion(_ground: Ground): Promise<number | undefined> {
  return undefined;
}
