import { type Static, Type } from "typebox";

/** Rules of a programme; more than these nobody can explain to a member. */
export const RULES_MAX = 60;
const LIST_MAX = 500;
export const RULE_POINTS_MAX = 1_000_000;
/** A multiplier of a hundred is a slip of the hand. */
export const PERCENT_MAX = 10_000;

const Text = Type.String({ minLength: 1, maxLength: 400 });
const Key = Type.String({ pattern: "^[a-z][a-z0-9_]{0,39}$" });
const Codes = Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1, maxItems: LIST_MAX });
const RuleDay = Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" });
const closed = { additionalProperties: false } as const;

/** Which lines of which orders count; what is absent does not narrow. */
const Where = Type.Object(
  {
    skus: Type.Optional(Codes),
    /** Any level of the product's category. */
    categories: Type.Optional(Codes),
    brands: Type.Optional(Codes),
    except_skus: Type.Optional(Codes),
    except_categories: Type.Optional(Codes),
    stores: Type.Optional(Codes),
    channels: Type.Optional(Codes),
  },
  closed,
);
export type Where = Static<typeof Where>;

/** How long points live, counted from the day on which they become active. */
const Expiry = Type.Union([
  Type.Object({ kind: Type.Literal("none") }, closed),
  /** `months` (or `days`) after becoming active, then on to the end of the month, quarter, half year or year. */
  Type.Object(
    {
      kind: Type.Literal("rolling"),
      months: Type.Optional(Type.Integer({ minimum: 1, maximum: 120 })),
      days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_660 })),
      round_to: Type.Optional(
        Type.Union([Type.Literal("month"), Type.Literal("quarter"), Type.Literal("half_year"), Type.Literal("year")]),
      ),
    },
    closed,
  ),
  /**
   * `months` (or `days`) after the member's last activity: it moves the last day of all points of this kind that they have.
   * An activity is an order that earns, and where `after` says so the spending of points. Returns are none.
   */
  Type.Object(
    {
      kind: Type.Literal("sliding"),
      months: Type.Optional(Type.Integer({ minimum: 1, maximum: 120 })),
      days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_660 })),
      after: Type.Union([Type.Literal("purchase"), Type.Literal("purchase_or_spend")]),
    },
    closed,
  ),
  /** On a day of the calendar, `years` after the one that comes next: 31 December of the next year is {12, 31, 1}. */
  Type.Object(
    {
      kind: Type.Literal("calendar"),
      month: Type.Integer({ minimum: 1, maximum: 12 }),
      day: Type.Integer({ minimum: 1, maximum: 31 }),
      years: Type.Integer({ minimum: 0, maximum: 10 }),
    },
    closed,
  ),
]);
export type Expiry = Static<typeof Expiry>;

/** Points that one member can get by a rule at most. What exceeds is cut, not refused. */
const Caps = Type.Object(
  {
    order: Type.Optional(Type.Integer({ minimum: 1, maximum: RULE_POINTS_MAX })),
    member_day: Type.Optional(Type.Integer({ minimum: 1, maximum: RULE_POINTS_MAX })),
    member_month: Type.Optional(Type.Integer({ minimum: 1, maximum: RULE_POINTS_MAX })),
    member_ever: Type.Optional(Type.Integer({ minimum: 1, maximum: RULE_POINTS_MAX })),
  },
  closed,
);
export type Caps = Static<typeof Caps>;

const common = {
  key: Key,
  zh: Text,
  en: Text,
  /** First and last business day on which the rule gives; absent: always. */
  from_day: Type.Optional(RuleDay),
  last_day: Type.Optional(RuleDay),
  /** The budget that pays; where it does not suffice the points are not given, and listed with that reason. */
  budget: Type.Optional(Key),
  caps: Type.Optional(Caps),
  expiry: Type.Optional(Expiry),
  pending_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 366 })),
};

/** `points` for every whole `per_minor` of line net. */
const AmountRule = Type.Object(
  {
    kind: Type.Literal("amount"),
    ...common,
    points: Type.Integer({ minimum: 1, maximum: RULE_POINTS_MAX }),
    per_minor: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
    /** Where the fraction is dropped: once an order, or at each line. */
    rounding: Type.Union([Type.Literal("down_per_order"), Type.Literal("down_per_line")]),
    where: Type.Optional(Where),
  },
  closed,
);

/** Fixed points for an order of at least `at_least_minor` net; `first_only`: for a member's first valid order. */
const OrderRule = Type.Object(
  {
    kind: Type.Literal("order"),
    ...common,
    points: Type.Integer({ minimum: 1, maximum: RULE_POINTS_MAX }),
    at_least_minor: Type.Integer({ minimum: 1, maximum: 1_000_000_000_000 }),
    first_only: Type.Boolean(),
    where: Type.Optional(Where),
  },
  closed,
);

/** Fixed points for something a member did: a review, a share, a check-in. */
const EventRule = Type.Object(
  {
    kind: Type.Literal("event"),
    ...common,
    points: Type.Integer({ minimum: 1, maximum: RULE_POINTS_MAX }),
    /** The record's kind in the vocabulary; of kind `custom` its name is the subject. */
    event: Key,
    subject: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  closed,
);

/** When a multiplier holds: all of what is named must be so. */
const When = Type.Object(
  {
    /** ISO weekdays, Monday 1. */
    weekdays: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7, uniqueItems: true }),
    ),
    month_days: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 31 }), { minItems: 1, maxItems: 31, uniqueItems: true }),
    ),
    /** Around the member's birthday: so many days before and after, or its whole month. */
    birthday: Type.Optional(
      Type.Union([
        Type.Object({ days_around: Type.Integer({ minimum: 0, maximum: 30 }) }, closed),
        Type.Object({ month: Type.Literal(true) }, closed),
      ]),
    ),
    tiers: Type.Optional(Codes),
  },
  closed,
);
export type When = Static<typeof When>;

/** So many per cent of what the amount rules give; what lies above 100 is this rule's. */
const MultiplierRule = Type.Object(
  {
    kind: Type.Literal("multiplier"),
    ...common,
    percent: Type.Integer({ minimum: 101, maximum: PERCENT_MAX }),
    when: When,
    where: Type.Optional(Where),
  },
  closed,
);

/** By kind, so that what is wrong with a rule is said of the kind it wants to be. */
export const RULE_SCHEMAS = {
  amount: AmountRule,
  order: OrderRule,
  event: EventRule,
  multiplier: MultiplierRule,
} as const;
export const EXPIRY_SCHEMA = Expiry;

const EarnRule = Type.Union([AmountRule, OrderRule, EventRule, MultiplierRule]);
export type EarnRule = Static<typeof EarnRule>;
export type AmountRule = Static<typeof AmountRule>;
export type OrderRule = Static<typeof OrderRule>;
export type EventRule = Static<typeof EventRule>;
export type MultiplierRule = Static<typeof MultiplierRule>;

/** A points programme as data: one JSON object, shipped in definitions/points or made in the console. */
export const ProgrammeSchema = Type.Object(
  {
    key: Key,
    zh: Text,
    en: Text,
    sentence_zh: Text,
    sentence_en: Text,
    /** Only orders of this currency earn. */
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    /** Several multipliers at once: the best one counts, or each multiplies the other. */
    combine: Type.Union([Type.Literal("best"), Type.Literal("multiply")]),
    /** Days after the order until points can be spent: the return window. */
    pending_days: Type.Integer({ minimum: 0, maximum: 366 }),
    expiry: Expiry,
    /** Days that points live on which come back after their own lot has expired. */
    grace_days: Type.Integer({ minimum: 1, maximum: 366 }),
    /** What points are worth where they pay: so many points for so many minor units. */
    worth: Type.Object(
      {
        points: Type.Integer({ minimum: 1, maximum: RULE_POINTS_MAX }),
        minor: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
      },
      closed,
    ),
    /** The budget of the whole programme: it pays where a rule names none, and its limits count what all rules give. */
    budget: Type.Optional(Key),
    /** Days that members are told of a change before it holds. */
    notice_days: Type.Integer({ minimum: 0, maximum: 366 }),
    rules: Type.Array(EarnRule, { minItems: 1, maxItems: RULES_MAX }),
  },
  closed,
);
export type Programme = Static<typeof ProgrammeSchema>;

/** Wraps a definition so that its type is checked where it is written. */
export function defineProgramme(programme: Programme): Programme {
  return programme;
}
