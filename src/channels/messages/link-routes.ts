import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { clickLink, targetOf } from "./link-store.ts";
import { readCode } from "./short-link.ts";

const Params = Type.Object({ code: Type.String({ pattern: "^[0-9A-Za-z]{1,30}$" }) });
const ENDED = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>链接已失效</title><body style="font:16px/1.6 system-ui,sans-serif;max-width:30em;margin:20vh auto;padding:0 1em">
<h1 style="font-size:1.2em">链接已失效</h1><p>这个链接已过期或不完整。请从最新的消息里打开，或联系门店。</p>
<p lang="en">This link has ended or is not whole. Open it from the newest message, or ask the store.</p></body></html>`;

/** Short links of messages: one leads where its template said when it was sent, and nowhere else. */
export function linkRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof Params> }>(
    "/s/:code",
    {
      // a page for members, no part of the API
      schema: { hide: true, params: Params },
      config: { access: { public: true } },
    },
    async (request, reply) => {
      void reply.header("cache-control", "no-store").header("referrer-policy", "no-referrer");
      const link = readCode(ground, request.params.code);
      // whoever only looks ahead has not clicked
      const ahead = request.method === "HEAD" || /prefetch|preview/.test(String(request.headers["sec-purpose"] ?? ""));
      const now = ground.clock.now();
      const target =
        link === undefined
          ? undefined
          : ahead
            ? await ground.store.read(SYSTEM_SCOPE, (tx) => targetOf(tx, link, now))
            : await ground.store.write(SYSTEM_SCOPE, (tx) => clickLink(tx, link, now));
      if (target === undefined) return reply.code(404).type("text/html; charset=utf-8").send(ENDED);
      return reply.redirect(target, 302);
    },
  );
}
