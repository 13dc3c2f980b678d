import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { endWhenForbidden } from "../access/index.ts";
import { startListener } from "../ingest/index.ts";
import { aboutOne, problem, startLoop } from "../platform/index.ts";
import { LIVE_CHANNEL } from "./event-store.ts";
import { memberIdAt, partyIds } from "./member-page.ts";
import { eventsAfter } from "./timeline.ts";

const STREAMS_MAX = 200;
const HEARTBEAT_MS = 15_000;
/** More new events than this at once, and the page is told to look again instead. */
const ITEMS_MAX = 50;

interface Stream {
  readonly reply: FastifyReply;
  readonly id: number;
  parties: ReadonlySet<number>;
  seen: number;
  busy: boolean;
  again: boolean;
}

/**
 * GET /api/members/:id/live: server-sent events of one member. `timeline` carries one timeline item; `changed` says
 * that something else is new (a join, a fact) and the page should fetch it.
 */
export function liveRoute(app: FastifyInstance, ground: Ground): void {
  const streams = new Set<Stream>();
  const stops: (() => Promise<void>)[] = [];
  app.addHook("onReady", async () => {
    const listener = await startListener(ground, [LIVE_CHANNEL], (_channel, payload) => {
      for (const stream of streams) if (concerns(payload, stream)) void refresh(ground, stream);
    });
    const heartbeat = startLoop(
      async () => {
        for (const { reply } of streams) reply.raw.write(": alive\n\n");
        return false;
      },
      { idle_ms: HEARTBEAT_MS, onError: () => undefined },
    );
    stops.push(
      () => listener.stop(),
      () => heartbeat.stop(),
    );
  });
  app.addHook("preClose", async () => {
    for (const { reply } of streams) reply.raw.end();
    for (const stop of stops) await stop();
  });
  app.get<{ Params: { id: number } }>(
    "/api/members/:id/live",
    {
      schema: {
        summary: "Server-sent events of one member",
        tags: ["members"],
        produces: ["text/event-stream"],
        params: Type.Object({ id: Type.Integer({ minimum: 1 }) }),
      },
      config: aboutOne("member", { access: { permission: "members.read", level: "L3", enter: "L2" } }),
      compress: false,
    } as never,
    async (request, reply) => {
      if (streams.size >= STREAMS_MAX) throw problem("members.stream_limit", { limit: STREAMS_MAX });
      const start = await ground.store.read(request.scope, async (tx) => {
        const parties = await partyIds(tx, await memberIdAt(tx, request.params.id));
        const row = await tx.one<{ seen: number }>(
          "select coalesce(max(event_id), 0) as seen from members.event where party_id = any($1::bigint[])",
          [parties],
        );
        return { parties: new Set(parties), seen: row?.seen ?? 0 };
      });
      reply.hijack();
      reply.raw.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        connection: "keep-alive",
        "x-accel-buffering": "no",
      });
      reply.raw.write("retry: 2000\n\n");
      const stream: Stream = { reply, id: request.params.id, ...start, busy: false, again: false };
      streams.add(stream);
      const unwatch = endWhenForbidden(ground, request, () => reply.raw.end());
      reply.raw.on("close", () => {
        streams.delete(stream);
        unwatch();
      });
      return reply;
    },
  );
}

function concerns(payload: string, stream: Stream): boolean {
  // An empty payload stands for notices missed while the connection was away.
  if (payload === "") return true;
  const notice = JSON.parse(payload) as { all?: boolean; parties?: number[] };
  return notice.all === true || notice.parties?.some((party_id) => stream.parties.has(party_id)) === true;
}

/** Sends what is new; a notice that comes meanwhile makes one more round. */
async function refresh(ground: Ground, stream: Stream): Promise<void> {
  if (stream.busy) {
    stream.again = true;
    return;
  }
  stream.busy = true;
  try {
    do {
      stream.again = false;
      await sendNew(ground, stream);
    } while (stream.again);
  } catch (error) {
    ground.log.warn({ member_id: stream.id, error: String(error) }, "a live member page missed something");
  } finally {
    stream.busy = false;
  }
}

async function sendNew(ground: Ground, stream: Stream): Promise<void> {
  const found = await ground.store.read({ regions: "all", stores: "all", brands: "all" }, async (tx) => {
    const parties = await partyIds(tx, await memberIdAt(tx, stream.id));
    return { parties, items: await eventsAfter(tx, ground, parties, stream.seen, ITEMS_MAX) };
  });
  const changed =
    found.parties.length !== stream.parties.size || found.items.length === 0 || found.items.length === ITEMS_MAX;
  stream.parties = new Set(found.parties);
  for (const item of found.items) {
    stream.seen = Math.max(stream.seen, Number(item.id.slice(1)));
    stream.reply.raw.write(`event: timeline\ndata: ${JSON.stringify(item)}\n\n`);
  }
  if (changed) stream.reply.raw.write(`event: changed\ndata: {"member_id":${stream.id}}\n\n`);
}
