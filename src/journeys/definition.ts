import { type Static, Type } from "typebox";
import { Day } from "../platform/index.ts";
import { VariableSources } from "./variables/source.ts";

export const JOURNEY_KEY = "^[a-z][a-z0-9_]{1,58}$";
export const NODE_KEY = "^[a-z][a-z0-9_]{0,38}$";
export const NODES_MAX = 100;
export const BRANCHES_MAX = 12;
export const WAIT_MINUTES_MAX = 525_600;

const closed = { additionalProperties: false } as const;
const Key = Type.String({ pattern: JOURNEY_KEY });
const Next = Type.String({ pattern: NODE_KEY, description: "The node after it" });
const EventKind = Type.String({
  pattern: "^[a-z][a-z_]{1,40}$",
  description: "A kind of record (docs/data.md), or points_credited, tier_up, tier_down",
});
const Span = Type.Object(
  {
    amount: Type.Integer({ minimum: 1, maximum: WAIT_MINUTES_MAX }),
    unit: Type.Union([Type.Literal("minutes"), Type.Literal("hours"), Type.Literal("days")]),
  },
  { ...closed, description: "Days are days of the calendar: three days later at the same time of day" },
);
const ClockTime = Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$" });

export const ENTRIES = {
  event: Type.Object(
    {
      kind: Type.Literal("event"),
      event: EventKind,
      each: Type.Optional(
        Type.Union([Type.Literal("member"), Type.Literal("record")], {
          description: "record: one way for each order, cart … ; member (default): one way at a time for each member",
        }),
      ),
      fresh_hours: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 720,
          description: "What happened longer ago enters nobody; 24 by default",
        }),
      ),
    },
    closed,
  ),
  segment: Type.Object(
    {
      kind: Type.Literal("segment"),
      segment_id: Type.Integer({ minimum: 1 }),
      movement: Type.Union([Type.Literal("entered"), Type.Literal("left")]),
      present: Type.Optional(
        Type.Boolean({ description: "Whoever is in it when the journey is published enters too" }),
      ),
    },
    closed,
  ),
  schedule: Type.Object(
    {
      kind: Type.Literal("schedule"),
      every: Type.Union([Type.Literal("day"), Type.Literal("week"), Type.Literal("month"), Type.Literal("once")]),
      at: ClockTime,
      weekdays: Type.Optional(
        Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7, description: "Of a week" }),
      ),
      month_day: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 31, description: "Of a month; its last day where it is shorter" }),
      ),
      on: Type.Optional(Type.Unsafe<string>({ ...Day, description: "Once: on this day" })),
      condition: Type.Optional(Type.Unknown({ description: "Only who meets it then; absent: everybody" })),
    },
    closed,
  ),
  api: Type.Object({ kind: Type.Literal("api") }, closed),
} as const;

export const NODES = {
  wait: Type.Object(
    {
      kind: Type.Literal("wait"),
      for: Span,
      at: Type.Optional(Type.Unsafe<string>({ ...ClockTime, description: "Then until this time of day" })),
      next: Next,
    },
    closed,
  ),
  wait_until: Type.Object(
    { kind: Type.Literal("wait_until"), event: EventKind, within: Span, then: Next, otherwise: Next },
    closed,
  ),
  window: Type.Object(
    {
      kind: Type.Literal("window"),
      from: ClockTime,
      until: ClockTime,
      weekdays: Type.Optional(
        Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7, description: "1: Monday" }),
      ),
      next: Next,
    },
    closed,
  ),
  condition: Type.Object(
    { kind: Type.Literal("condition"), condition: Type.Unknown(), then: Next, otherwise: Next },
    closed,
  ),
  random: Type.Object(
    {
      kind: Type.Literal("random"),
      branches: Type.Array(Type.Object({ percent: Type.Integer({ minimum: 1, maximum: 99 }), next: Next }, closed), {
        minItems: 2,
        maxItems: BRANCHES_MAX,
      }),
    },
    closed,
  ),
  message: Type.Object(
    { kind: Type.Literal("message"), template: Key, variables: Type.Optional(VariableSources), next: Next },
    closed,
  ),
  points: Type.Object(
    {
      kind: Type.Literal("points"),
      points: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
      valid_days: Type.Union([Type.Integer({ minimum: 1, maximum: 3_660 }), Type.Null()]),
      budget: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
      next: Next,
    },
    closed,
  ),
  staff_task: Type.Object(
    {
      kind: Type.Literal("staff_task"),
      text: Type.String({ minLength: 1, maxLength: 200, description: "What is to be done; no names or numbers" }),
      due_days: Type.Integer({ minimum: 0, maximum: 366, description: "Until the end of which day; 0: today" }),
      next: Next,
      otherwise: Type.Optional(
        Type.Unsafe<string>({
          ...Next,
          description: "With it the member waits: done leads on, dropped or not done by its day leads here",
        }),
      ),
    },
    closed,
  ),
  robot: Type.Object(
    {
      kind: Type.Literal("robot"),
      robot_id: Type.Integer({ minimum: 1, description: "A robot whose flow does errands for members" }),
      inputs: Type.Optional(
        Type.Record(Type.String({ pattern: "^[a-z][a-z0-9_]{0,40}$" }), Type.String({ minLength: 1, maxLength: 200 }), {
          description: "Over the robot's own; no addresses",
        }),
      ),
      next: Next,
    },
    closed,
  ),
  coupon: Type.Object({ kind: Type.Literal("coupon"), coupon: Key, next: Next }, closed),
  benefit: Type.Object({ kind: Type.Literal("benefit"), benefit: Key, next: Next }, closed),
  tier: Type.Object(
    {
      kind: Type.Literal("tier"),
      tier: Key,
      days: Type.Integer({ minimum: 1, maximum: 1_096, description: "Held for so many days, the first one included" }),
      next: Next,
    },
    closed,
  ),
  webhook: Type.Object(
    { kind: Type.Literal("webhook"), endpoint_id: Type.Integer({ minimum: 1 }), next: Next },
    closed,
  ),
  jump: Type.Object(
    {
      kind: Type.Literal("jump"),
      to: Type.Unsafe<string>({ ...Next, description: "Where it leads so many times; then it leads on" }),
      times: Type.Integer({ minimum: 1, maximum: 50 }),
      next: Next,
    },
    closed,
  ),
  enter: Type.Object(
    {
      kind: Type.Literal("enter"),
      journey: Type.String({ pattern: JOURNEY_KEY, description: "One that is entered over the API" }),
      next: Next,
    },
    closed,
  ),
  ab: Type.Object(
    {
      kind: Type.Literal("ab"),
      experiment: Type.String({ pattern: JOURNEY_KEY, description: "The same one splits members alike everywhere" }),
      branches: Type.Array(
        Type.Object(
          {
            variant: Type.String({ pattern: NODE_KEY }),
            percent: Type.Integer({ minimum: 1, maximum: 99 }),
            next: Next,
          },
          closed,
        ),
        { minItems: 2, maxItems: BRANCHES_MAX },
      ),
    },
    closed,
  ),
  exit: Type.Object({ kind: Type.Literal("exit") }, closed),
} as const;

export const Entry = Type.Union([ENTRIES.event, ENTRIES.segment, ENTRIES.schedule, ENTRIES.api]);
export const Node = Type.Union([
  NODES.wait,
  NODES.wait_until,
  NODES.window,
  NODES.condition,
  NODES.random,
  NODES.message,
  NODES.points,
  NODES.staff_task,
  NODES.robot,
  NODES.coupon,
  NODES.benefit,
  NODES.tier,
  NODES.webhook,
  NODES.jump,
  NODES.enter,
  NODES.ab,
  NODES.exit,
]);

export const JourneyDefinition = Type.Object(
  {
    key: Key,
    zh: Type.String({ minLength: 1, maxLength: 60 }),
    en: Type.String({ minLength: 1, maxLength: 120 }),
    entry: Entry,
    /** once: one way in a member's life. again: anew so many days after the last entry, one at a time. */
    reentry: Type.Union([
      Type.Object({ kind: Type.Literal("once") }, closed),
      Type.Object({ kind: Type.Literal("again"), after_days: Type.Integer({ minimum: 0, maximum: 3_660 }) }, closed),
    ]),
    goal: Type.Union([
      Type.Object({ event: EventKind, exit: Type.Boolean({ description: "Whoever reaches it leaves" }) }, closed),
      Type.Null(),
    ]),
    hold_out_percent: Type.Integer({ minimum: 0, maximum: 50, description: "Enter, get nothing, are compared with" }),
    priority: Type.Optional(
      Type.Union([Type.Literal("low"), Type.Literal("normal"), Type.Literal("high")], {
        description:
          "Whose messages go first when a budget, a cap or a channel's capacity is short; normal by default. Within it members of high value (RFM classes A and B) go first",
      }),
    ),
    start: Next,
    nodes: Type.Record(Type.String({ pattern: NODE_KEY }), Node),
  },
  closed,
);

/** A journey as data: how members come in, the nodes they pass, what it is for. */
export type JourneyDefinition = Static<typeof JourneyDefinition>;
export type Entry = Static<typeof Entry>;
export type Node = Static<typeof Node>;
export type Span = Static<typeof Span>;

/** Where the ways out of a node lead, in the order of their numbers. */
export function waysOf(node: Node): readonly string[] {
  switch (node.kind) {
    case "condition":
    case "wait_until":
      return [node.then, node.otherwise];
    case "jump":
      return [node.next, node.to];
    case "random":
    case "ab":
      return node.branches.map((branch) => branch.next);
    case "staff_task":
      return node.otherwise === undefined ? [node.next] : [node.next, node.otherwise];
    case "exit":
      return [];
    default:
      return [node.next];
  }
}
