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
