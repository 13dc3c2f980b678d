import type { Domain } from "../domains.ts";
import "./errors.ts";
import { accessRoutes } from "./routes.ts";

export const domain: Domain = {
  name: "access",
  migrations: new URL("./migrations/", import.meta.url),
  routes: accessRoutes,
};
