import type { Ground } from "../ground.ts";
import { registerTagUse, tagsNamed } from "../tags/index.ts";
import { segmentConditions } from "./segment-store.ts";

/** Tells the tags which segments name them: such a tag is not archived, and its page shows them. */
export function tellTagUse(ground: Ground): void {
  registerTagUse(ground, async (tx, key) => {
    const segments = await segmentConditions(tx);
    return [...segments]
      .filter(([, { condition }]) => tagsNamed(condition).has(key))
      .map(([id, { name }]) => ({ kind: "segment", id: String(id), zh: name, en: name }));
  });
}
