import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { WorldClock } from "../platform/clock.ts";
import { defineErrors, problem } from "../platform/errors.ts";

defineErrors("world", {
  not_live: {
    status: 409,
    zh: "这里的时间就是真实时间，不能调快或暂停。用 npm start -- --live 启动示例世界后才可以。",
    en: "Time here is real time and can be neither sped up nor paused. It can when the example world is started with npm start -- --live.",
  },
});

/** Faster, and the schedules that come every ten minutes would come more than once a second. */
export const LIVE_RATE_MAX = 600;

const World = Type.Object({
  now: Type.String({ format: "date-time" }),
  /** World seconds for a real one; 0 while it stands still. */
  rate: Type.Integer(),
  /** Whether the example world goes on (`--live`). */
  live: Type.Boolean(),
});

function view(ground: Ground) {
  const { clock } = ground;
  const now = clock.now().toISOString();
  return clock instanceof WorldClock ? { now, rate: clock.rate, live: clock.live } : { now, rate: 1, live: false };
}

/** In a world that runs ahead each answer says what time it is there: pages count "minutes ago" from that. */
export function worldHeader(app: FastifyInstance, ground: Ground): void {
  const { clock } = ground;
  if (!(clock instanceof WorldClock)) return;
  app.addHook("onSend", async (_request, reply, payload) => {
    reply.header("huitou-world", `${clock.now().toISOString()} ${clock.rate} ${clock.live ? "live" : "kept"}`);
    return payload;
  });
}

/** The world's time and pace. */
export function worldRoutes(app: FastifyInstance, ground: Ground): void {
  const tags = ["store"];
  app.get(
    "/api/world",
    {
      schema: { summary: "What time it is in the world of this installation", tags, response: { 200: World } },
      config: { access: { public: true } },
    },
    async () => view(ground),
  );
  app.put<{ Body: { rate: number } }>(
    "/api/world",
    {
      schema: {
        summary: "Another pace for the example world: 0 pauses it, 1 is real time",
        tags,
        body: Type.Object({ rate: Type.Integer({ minimum: 0, maximum: LIVE_RATE_MAX }) }),
        response: { 200: World },
      },
      config: { access: { permission: "data.manage", level: "L2" } },
    },
    async (request) => {
      const { clock } = ground;
      if (!(clock instanceof WorldClock) || !clock.live) throw problem("world.not_live");
      request.audit_subject["rate"] = request.body.rate;
      clock.setRate(request.body.rate);
      return view(ground);
    },
  );
}
