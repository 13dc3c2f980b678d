import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";

/** Something that would miss a tag: another tag, a segment. */
export interface TagUse {
  readonly kind: "tag" | "segment";
  readonly id: string;
  readonly zh: string;
  readonly en: string;
}

/** Says what of a domain names a tag. */
export type TagUseProvider = (tx: Tx, key: string) => Promise<readonly TagUse[]>;

const providers = new WeakMap<Ground, TagUseProvider[]>();

/** Later domains say what of theirs names tags; a tag in use is not archived, and its page shows who reads it. */
export function registerTagUse(ground: Ground, provider: TagUseProvider): void {
  const known = providers.get(ground) ?? [];
  known.push(provider);
  providers.set(ground, known);
}

/** Everything that later domains have over a tag. */
export async function usesOf(tx: Tx, ground: Ground, key: string): Promise<TagUse[]> {
  const found: TagUse[] = [];
  for (const provider of providers.get(ground) ?? []) found.push(...(await provider(tx, key)));
  return found;
}
