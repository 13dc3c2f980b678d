import { Type } from "typebox";
import { describe, expect, it } from "vitest";
import { bounded } from "./request-schema.ts";

describe("whole numbers of a request", () => {
  it("have bounds wherever they stand, and keep those that a route gives", () => {
    const schema = Type.Object({
      id: Type.Integer({ minimum: 1 }),
      amount_minor: Type.Integer({ minimum: 0, maximum: 10 ** 12 }),
      ids: Type.Array(Type.Integer()),
      either: Type.Union([Type.Null(), Type.Integer({ exclusiveMaximum: 5 })]),
      text: Type.String(),
    });
    const made = JSON.parse(JSON.stringify(bounded(schema))) as { properties: Record<string, unknown> };
    const [low, high] = [-2_147_483_647, 2_147_483_647];
    expect(made.properties).toEqual({
      id: { type: "integer", minimum: 1, maximum: high },
      amount_minor: { type: "integer", minimum: 0, maximum: 10 ** 12 },
      ids: { type: "array", items: { type: "integer", minimum: low, maximum: high } },
      either: { anyOf: [{ type: "null" }, { type: "integer", minimum: low, exclusiveMaximum: 5, maximum: 5 }] },
      text: { type: "string" },
    });
    expect(JSON.stringify(schema)).not.toContain(String(high));
  });
});
