import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne, problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { tagHistory } from "./history.ts";
import { lineageOf } from "./lineage.ts";
import { followSwitches } from "./switch-store.ts";

const tags = ["tags"];
const config = { access: { permission: "tags.read", level: "L2" } } as const;
const KeyParams = Type.Object({ key: Type.String({ maxLength: 60 }) });

/** Where a tag comes from, who reads it, and how it moved. */
export function lineageRoutes(app: FastifyInstance, ground: Ground, book: TagBook): void {
  const tagOf = async (tx: Tx, key: string) => {
    await followSwitches(tx, book);
    const tag = book.get(key) ?? book.off.get(key);
    if (tag === undefined) throw problem("tags.not_found", { key });
    return tag;
  };

  app.get<{ Params: Static<typeof KeyParams> }>(
    "/api/tags/:key/lineage",
    {
      schema: { tags, summary: "What a tag reads, what fills that, and who reads the tag", params: KeyParams },
      config: aboutOne("tag", config),
    },
    async ({ scope, params }) =>
      ground.store.read(scope, async (tx) => lineageOf(tx, ground, book, await tagOf(tx, params.key))),
  );

  app.get<{ Params: Static<typeof KeyParams> }>(
    "/api/tags/:key/history",
    {
      schema: { tags, summary: "How a tag's values moved from day to day", params: KeyParams },
      config: aboutOne("tag", config),
    },
    async ({ scope, params }) =>
      ground.store.read(scope, async (tx) => tagHistory(tx, ground, await tagOf(tx, params.key))),
  );
}
