import { type Static, Type } from "typebox";

export const VARIABLES_MAX = 20;
export const VARIABLE_NAME = "^[a-z][a-z0-9_]{0,39}$";

/**
 * Where a variable of a message has its value from. One form for all: which values there are depends on the entry and on
 * the node that is named, and is told at the place.
 */
export const VariableSource = Type.Object(
  {
    from: Type.Union([Type.Literal("event"), Type.Literal("step"), Type.Literal("member"), Type.Literal("text")], {
      description:
        "event: what let the member in; step: an earlier node; member: as it is when the message is asked for; text: always the same",
    }),
    value: Type.String({
      maxLength: 100,
      description: "A name of GET /api/journeys/node-choices; the words of a text",
    }),
    node: Type.Optional(Type.String({ pattern: "^[a-z][a-z0-9_]{0,38}$", description: "The earlier node, of step" })),
  },
  { additionalProperties: false },
);
export type VariableSource = Static<typeof VariableSource>;

export const VariableSources = Type.Record(Type.String({ pattern: VARIABLE_NAME }), VariableSource, {
  maxProperties: VARIABLES_MAX,
  description: "Variables of the template; it may read no others",
});

/** What a value is, and so how a member reads it. */
export type ValueType = "number" | "money" | "text" | "day" | "instant";

/** A value that a variable may have. */
export interface ValueChoice {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly type: ValueType;
}
