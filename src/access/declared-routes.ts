import type { FastifyInstance } from "fastify";
import type { Permitted } from "../platform/http.ts";

/** A route as it declares itself to the matrix. */
export interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly summary: string;
  readonly access: Permitted;
  /** Whether what its address names is validated by a schema; true where it names nothing. */
  readonly validated: boolean;
}

declare module "fastify" {
  interface FastifyInstance {
    /** Every route that people need a permission for; grows while routes are added. */
    declared_routes: readonly DeclaredRoute[];
  }
}

/** Keeps what each route declares; called before any route is added. */
export function collectRoutes(app: FastifyInstance): void {
  const routes: DeclaredRoute[] = [];
  app.decorate("declared_routes", routes);
  app.addHook("onRoute", (route) => {
    const access = route.config?.access;
    if (access === undefined || !("permission" in access)) return;
    const validated =
      !route.url.includes("/:") || (route.schema as { params?: unknown } | undefined)?.params !== undefined;
    const summary = (route.schema as { summary?: string } | undefined)?.summary ?? "";
    for (const method of [route.method].flat()) {
      if (method !== "HEAD") routes.push({ method, url: route.url, summary, access, validated });
    }
  });
}
