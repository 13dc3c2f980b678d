import type { FastifySchema, RouteOptions } from "fastify";
import { expect, it } from "vitest";
import { describeAnswers } from "./api-description.ts";

it("a file that is JSON is described as JSON, another as bytes", () => {
  const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  const schema = { produces: ["application/json", XLSX] } as FastifySchema;
  const route = { method: "GET", config: { access: { permission: "trust.read", level: "L2" } } } as RouteOptions;
  const described = describeAnswers().transform?.({ schema, url: "/api/file/:format", route } as never);
  expect(described?.schema).toMatchObject({
    response: {
      200: {
        content: {
          "application/json": { schema: { type: "object" } },
          [XLSX]: { schema: { type: "string", format: "binary" } },
        },
      },
    },
  });
});
