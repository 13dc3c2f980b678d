import type { FastifyInstance } from "fastify";
import type { Ground } from "../../ground.ts";
import { callbackRoutes } from "./callback-routes.ts";
import { carrierRoutes } from "./carrier-routes.ts";
import { linkRoutes } from "./link-routes.ts";
import { gateRoutes } from "./gate-routes.ts";
import { logRoutes } from "./log-routes.ts";
import { replyRoutes } from "./reply-routes.ts";
import { subscriptionRoutes } from "./subscription-routes.ts";
import { templateRoutes } from "./template-routes.ts";
import { testRoutes } from "./test-routes.ts";
import { wechatPushRoutes } from "./wechat-push-routes.ts";

/** Templates and their trials, the gate's rules and stop buttons, the channels' services, and what became of each message. */
export function messageRoutes(app: FastifyInstance, ground: Ground): void {
  logRoutes(app, ground);
  gateRoutes(app, ground);
  templateRoutes(app, ground);
  testRoutes(app, ground);
  carrierRoutes(app, ground);
  callbackRoutes(app, ground);
  linkRoutes(app, ground);
  replyRoutes(app, ground);
  wechatPushRoutes(app, ground);
  subscriptionRoutes(app, ground);
}
