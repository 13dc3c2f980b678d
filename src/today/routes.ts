import type { FastifyInstance } from "fastify";
import { LRUCache } from "lru-cache";
import type { Ground } from "../ground.ts";
import { today, type TodayView } from "./today.ts";

const FRESH_MS = 15_000;
const SCOPES_MAX = 200;

export function todayRoutes(app: FastifyInstance, ground: Ground): void {
  // Everybody opens this page first thing in the morning: one computation per scope serves them all for some seconds.
  const recent = new LRUCache<string, Promise<TodayView>>({ max: SCOPES_MAX, ttl: FRESH_MS });
  app.get(
    "/api/today",
    {
      schema: { summary: "Home page: what needs me, what changed", tags: ["today"] },
      config: { access: { permission: "members.read", level: "L2" } },
    },
    async (request) => {
      const { person_id: _, ...rows } = request.scope;
      const key = JSON.stringify(rows);
      let view = recent.get(key);
      if (view === undefined) {
        view = today(ground, request.scope);
        recent.set(key, view);
        view.catch(() => recent.delete(key));
      }
      return view;
    },
  );
}
