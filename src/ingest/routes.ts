import type { FastifyInstance } from "fastify";
import type { Ground } from "../ground.ts";
import { startLoop } from "../platform/index.ts";
import { collectRoutes } from "./collect-routes.ts";
import { takeSpooled } from "./collect.ts";
import { edgeOf } from "./edge.ts";
import { Gate } from "./gate.ts";
import { liveRoute } from "./live.ts";
import { rejectRoutes } from "./reject-routes.ts";
import { sourceRoutes } from "./source-routes.ts";
import { Spool } from "./spool.ts";

/** The collection addresses and the console's routes of this domain. */
export function ingestRoutes(app: FastifyInstance, ground: Ground): void {
  const gate = new Gate(ground);
  const spool = new Spool(ground);
  let stopDrain = async () => {};
  app.addHook("onReady", async () => {
    await spool.open();
    await gate.start();
    const loop = startLoop(async () => (await spool.drain((spooled) => takeSpooled(ground, gate, spooled))) > 0, {
      idle_ms: 1_000,
      retry_ms_max: 2_000,
      onError: (error) =>
        ground.log.warn({ error: String(error), waiting: spool.count }, "the spool waits for PostgreSQL"),
    });
    stopDrain = () => loop.stop();
  });
  app.addHook("onClose", async () => {
    await stopDrain();
    await gate.stop();
    await edgeOf(ground).committer.close();
  });
  void app.register(async (edge) => collectRoutes(edge as unknown as FastifyInstance, { ground, gate, spool }));
  sourceRoutes(app, ground);
  rejectRoutes(app, ground);
  liveRoute(app, ground);
}
