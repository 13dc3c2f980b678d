import { type TSchema, Type } from "typebox";

export const tags = ["points"];

export const Nullable = <Part extends TSchema>(part: Part) => Type.Union([part, Type.Null()]);
const Count = Type.Integer();
const Instant = Type.String();

export const Lot = Type.Object({
  lot_id: Count,
  owner: Count,
  points: Count,
  pending: Count,
  active: Count,
  held: Count,
  active_from: Nullable(Type.String()),
  last_day: Nullable(Type.String()),
  reference: Type.String(),
  slide: Nullable(
    Type.String({
      description: "How the last day moves on with what the member does: 'P12M', 'P90D+spend'; null: it stays",
    }),
  ),
});

export const RuleNames = Type.Array(Type.Object({ rule: Type.String(), zh: Type.String(), en: Type.String() }));

export const PointsView = Type.Object({
  pending: Count,
  active: Count,
  held: Count,
  owed: Count,
  earned: Count,
  burned: Count,
  expired: Count,
  numbers: Type.Array(Count),
  lots: Type.Array(Lot),
  expiring_soon: Count,
  soon_days: Count,
  next_expiry: Nullable(Type.Object({ last_day: Type.String(), points: Count })),
  worth: Nullable(Type.Object({ points: Count, minor: Count, currency: Type.String() })),
  rules: RuleNames,
});

export const HistoryPage = Type.Object({
  items: Type.Array(
    Type.Object({
      transfer_id: Count,
      at: Instant,
      reference: Type.String(),
      points: Count,
      what: Type.String(),
      lot_id: Nullable(Count),
      reason: Nullable(
        Type.String({ description: "What somebody wrote who moved them by hand or granted them to many" }),
      ),
    }),
  ),
  next: Nullable(Count),
});

export const LedgerLine = Type.Object({
  transfer_id: Count,
  batch_id: Count,
  at: Instant,
  from_kind: Type.String(),
  from_id: Count,
  from_lot: Nullable(Count),
  to_kind: Type.String(),
  to_id: Count,
  to_lot: Nullable(Count),
  points: Count,
  reference: Type.String(),
});

export const LotView = Type.Object({
  lot: Type.Object({
    ...Lot.properties,
    burned: Count,
    expired: Count,
    returned: Count,
    given: Count,
    origin_lot_id: Nullable(Count),
  }),
  lines: Type.Array(LedgerLine),
  moves: Type.Array(
    Type.Object({
      from_day: Type.String(),
      to_day: Type.String(),
      activity: Type.String({ description: "purchase or spend" }),
      activity_day: Type.String(),
      reference: Type.String(),
      batch_id: Count,
      at: Instant,
    }),
  ),
  batch: Nullable(Type.Object({ batch_id: Count, at: Instant, hash: Type.String(), previous_hash: Type.String() })),
});

export const Answer = Type.Object({
  points: Count,
  lots: Type.Array(Type.Object({ lot_id: Count, points: Count })),
  hold_id: Type.Optional(Count),
  debt: Type.Optional(Count),
  repaid: Type.Optional(Count),
});

/** The header under which a write has one effect. */
export const KeyHeader = Type.Object({
  "idempotency-key": Type.String({ minLength: 1, maxLength: 150, description: "One effect for one key" }),
});

/** What a budget may give in a period. */
export const BudgetLimit = Type.Object({
  period: Type.Union(
    (["day", "week", "month", "quarter", "year", "ever"] as const).map((period) => Type.Literal(period)),
    { description: "ever: as long as the budget is there" },
  ),
  unit: Type.Union([Type.Literal("points"), Type.Literal("minor")], {
    description: "minor: money in minor units, by what a point is worth when the period's first points are given",
  }),
  amount: Type.Integer({ minimum: 1, maximum: 1_000_000_000_000 }),
});

export const Budget = Type.Object({
  budget: Type.String(),
  balance: Count,
  funded: Count,
  is_funded: Type.Boolean({ description: "Gives only what was put into it; otherwise its limits alone hold" }),
  left: Nullable(
    Type.Integer({ description: "Within what was put in and the limits of today's periods; null: without end" }),
  ),
  limits: Type.Array(
    Type.Object({
      ...BudgetLimit.properties,
      period_key: Type.String({
        description: "The period of today: 2026-11-30, 2026-W49, 2026-11, 2026-Q4, 2026, ever",
      }),
      used: Type.Integer({ description: "Points given in it" }),
      cap: Nullable(Type.Integer({ description: "What the limit comes to in points" })),
      used_minor: Nullable(Count),
      share: Type.Integer({ description: "Used, in hundredths of a per cent of the limit" }),
    }),
  ),
});

/** A grant to many with how far it has come. */
export const BulkView = Type.Object({
  bulk_id: Count,
  kind: Type.String(),
  name: Type.String(),
  budget: Nullable(Type.String()),
  segment_id: Nullable(Count),
  reason: Type.String(),
  members: Count,
  points: Count,
  state: Type.String(),
  undo: Nullable(Type.String()),
  job_id: Nullable(Type.String()),
  made_at: Type.String(),
  finished_at: Nullable(Type.String()),
  waiting: Count,
  given: Count,
  refused: Count,
  undone: Count,
  taken: Count,
  spent: Count,
});
