import type { FastifyInstance, FastifyReply } from "fastify";
import { endWhenForbidden } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { problem, startLoop } from "../platform/index.ts";
import { LIMITS } from "./limits.ts";
import { startListener } from "./listener.ts";

const HEARTBEAT_MS = 15_000;
/** Signals of this process that live pages may see; their payloads hold ids and counts only. */
const TOPICS = ["jobs", "members.joined", "import.finished"] as const;

/**
 * GET /api/live: server-sent events. `applied` says how many records of which kinds and sources the pipeline applied
 * (also when another process did); the others repeat this process's signals. Never a value of a record.
 */
export function liveRoute(app: FastifyInstance, ground: Ground): void {
  const open = new Set<FastifyReply>();
  const send = (event: string, data: string) => {
    for (const reply of open) reply.raw.write(`event: ${event}\ndata: ${data}\n\n`);
  };
  const stops: (() => void | Promise<void>)[] = [];
  app.addHook("onReady", async () => {
    const listener = await startListener(ground, ["ingest_applied"], (_channel, payload) => {
      if (payload !== "") send("applied", payload);
    });
    const heartbeat = startLoop(
      async () => {
        for (const reply of open) reply.raw.write(": alive\n\n");
        return false;
      },
      { idle_ms: HEARTBEAT_MS, onError: () => undefined },
    );
    stops.push(
      () => listener.stop(),
      () => heartbeat.stop(),
    );
    for (const topic of TOPICS) stops.push(ground.signals.on(topic, (payload) => send(topic, JSON.stringify(payload))));
  });
  app.addHook("preClose", async () => {
    for (const reply of open) reply.raw.end();
    for (const stop of stops.reverse()) await stop();
  });
  app.get(
    "/api/live",
    {
      schema: {
        summary: "Server-sent events: what is being applied, in counts",
        tags: ["ingest"],
        produces: ["text/event-stream"],
      },
      config: { access: { permission: "data.read", level: "L2" } },
      compress: false,
    } as never,
    async (request, reply) => {
      if (open.size >= LIMITS.live_streams_max)
        throw problem("ingest.stream_limit", { limit: LIMITS.live_streams_max });
      reply.hijack();
      reply.raw.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        connection: "keep-alive",
        "x-accel-buffering": "no",
      });
      reply.raw.write("retry: 2000\n\n");
      open.add(reply);
      const unwatch = endWhenForbidden(ground, request, () => reply.raw.end());
      reply.raw.on("close", () => {
        open.delete(reply);
        unwatch();
      });
      return reply;
    },
  );
}
