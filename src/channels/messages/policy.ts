import { type Static, Type } from "typebox";
import { type Category, type Channel, CHANNELS } from "./request.ts";

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const closed = { additionalProperties: false } as const;
const ChannelWord = Type.Enum([...CHANNELS]);
const CategoryWord = Type.Union([Type.Literal("marketing"), Type.Literal("service")]);
const Clock = Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$" });
const Max = Type.Integer({ minimum: 1, maximum: 1_000_000 });

/** The rules of the gate. A null channel or category stands for all of them together. */
export const Policy = Type.Object(
  {
    quiet: Nullable(
      Type.Object(
        {
          from: Clock,
          to: Clock,
          channels: Type.Array(ChannelWord, { maxItems: CHANNELS.length, uniqueItems: true }),
          categories: Type.Array(CategoryWord, { maxItems: 2, uniqueItems: true }),
          then: Type.Union([Type.Literal("later"), Type.Literal("drop")], {
            description: "later: at the next time that is not quiet; drop: held back",
          }),
        },
        closed,
      ),
    ),
    member_caps: Type.Array(
      Type.Object(
        {
          channel: Nullable(ChannelWord),
          category: Nullable(CategoryWord),
          period: Type.Union([Type.Literal("day"), Type.Literal("week")]),
          max: Max,
        },
        closed,
      ),
      { maxItems: 20 },
    ),
    household_caps: Type.Array(
      Type.Object(
        { channel: ChannelWord, period: Type.Union([Type.Literal("day"), Type.Literal("week")]), max: Max },
        closed,
      ),
      { maxItems: 8, description: "A household: whoever shares the address of the channel" },
    ),
    budgets: Type.Array(
      Type.Object(
        {
          channel: Nullable(ChannelWord),
          period: Type.Union([Type.Literal("day"), Type.Literal("month")]),
          limit_minor: Type.Integer({ minimum: 0, maximum: 1_000_000_000_000 }),
        },
        closed,
      ),
      { maxItems: 8 },
    ),
    repeat_after_hours: Type.Object(
      {
        marketing: Type.Integer({ minimum: 0, maximum: 8_760 }),
        service: Type.Integer({ minimum: 0, maximum: 8_760 }),
      },
      { ...closed, description: "The same template not to the same member again within" },
    ),
  },
  closed,
);
export type Policy = Static<typeof Policy>;

/** What a new installation begins with: what Chinese law and operators ask of marketing, and nobody is told too much. */
export const SHIPPED_POLICY: Policy = {
  quiet: { from: "21:00", to: "09:00", channels: ["sms", "email"], categories: ["marketing"], then: "later" },
  member_caps: [
    { channel: "sms", category: "marketing", period: "day", max: 1 },
    { channel: "sms", category: "marketing", period: "week", max: 3 },
    { channel: null, category: "marketing", period: "week", max: 7 },
  ],
  household_caps: [{ channel: "sms", period: "day", max: 3 }],
  budgets: [],
  repeat_after_hours: { marketing: 24, service: 0 },
};

/** Which medium of consent a channel stands for; null: no consent is asked of anybody. */
export const CONSENT_MEDIA: Readonly<Record<Channel, string | null>> = {
  sms: "sms",
  email: "email",
  wechat: "wechat",
  wecom: "wecom",
  inbox: "mini_program",
  webhook: null,
};

/** Marketing wants a yes; a service message goes out unless the member said no to it. */
export const CONSENT_PURPOSE: Readonly<Record<Category, string>> = { marketing: "marketing", service: "service" };
