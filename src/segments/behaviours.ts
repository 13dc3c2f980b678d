import type { Ground } from "../ground.ts";
import { EVENT_KINDS, type KindInfo } from "../ingest/index.ts";
import { build as q, columnOf, type Expression, type Relation } from "../query/index.ts";
import {
  columnType,
  type Field,
  fieldOf,
  type Lists,
  type Measure,
  MEASURED,
  operatorsOf,
  picksOf,
  type Subject,
} from "./subject.ts";

const TIMES = { zh: "次", en: "times" };
const DAYS = { zh: "天", en: "days" };

interface Rows {
  readonly relation: Relation;
  readonly where?: Expression;
}

/** Something that was done a number of times, for the first and the last time, and what it was then. */
function behaviour(
  [subject, zh, en]: readonly [string, string, string],
  { relation, where }: Rows,
  measures: readonly Measure[],
  fields: readonly Field[],
): Subject {
  const rows = where === undefined ? {} : { where };
  const days =
    relation.day === undefined
      ? []
      : [
          measure("first_day", "第一次日期", "First day", "date", q.minimum(relation.name, relation.day, rows)),
          measure("last_day", "最近一次日期", "Last day", "date", q.maximum(relation.name, relation.day, rows)),
        ];
  return {
    subject,
    zh,
    en,
    type: "behaviour",
    operators: MEASURED,
    measures: [...measures, ...days],
    fields,
    picks: picksOf(relation, fields, where),
    ...(relation.instant === undefined
      ? {}
      : { steps: [{ step: subject, zh, en, rows: { relation: relation.name, ...rows } }] }),
  };
}

function measure(
  name: string,
  zh: string,
  en: string,
  type: Measure["type"],
  expression: Expression,
  unit?: Measure["unit"],
): Measure {
  const operators = type === "date" ? operatorsOf(type) : MEASURED;
  return { measure: name, zh, en, type, operators, ...(unit === undefined ? {} : { unit }), expression };
}

function fieldsOf(relation: Relation, names: readonly string[], lists: Lists): Field[] {
  return names.flatMap((name) => {
    const column = columnOf(relation, name);
    return column === undefined ? [] : [fieldOf(column, lists)];
  });
}

const VALID = { where: q.column("is_valid") };

function orderSubject(orders: Relation, lists: Lists): Subject {
  const net = q.sum("orders", "net_minor", VALID);
  const times = q.count("orders", VALID);
  const measures = [
    measure("times", "订单数", "Orders", "integer", times, { zh: "笔", en: "orders" }),
    measure("days", "购买天数", "Days", "integer", q.countDistinct("orders", "business_day", VALID), DAYS),
    measure("net", "净消费", "Net spend", "money", net),
    measure("average", "客单价", "Average order value", "money", q.ratio(net, times, 0)),
    measure("items", "件数", "Items", "decimal", q.sum("orders", "items", VALID), { zh: "件", en: "items" }),
  ];
  const fields = [
    "channel",
    "store_code",
    "region_code",
    "coupon_code",
    "campaign_code",
    "net_minor",
    "discount_minor",
    "hour",
    "weekday",
  ];
  return behaviour(
    ["orders", "购买", "Bought"],
    { relation: orders, ...VALID },
    measures,
    fieldsOf(orders, fields, lists),
  );
}

function lineSubject(lines: Relation, lists: Lists): Subject {
  const measures = [
    measure("times", "订单数", "Orders", "integer", q.countDistinct("order_lines", "order_id", VALID), {
      zh: "笔",
      en: "orders",
    }),
    measure("quantity", "件数", "Items", "decimal", q.sum("order_lines", "quantity", VALID), {
      zh: "件",
      en: "items",
    }),
    measure("days", "购买天数", "Days", "integer", q.countDistinct("order_lines", "business_day", VALID), DAYS),
    measure("net", "金额", "Amount", "money", q.sum("order_lines", "net_minor", VALID)),
  ];
  const fields = [
    "category_1",
    "category_2",
    "category_3",
    "brand",
    "series",
    "sku",
    "channel",
    "store_code",
    "is_promotion",
  ];
  return behaviour(
    ["order_lines", "购买商品", "Bought goods"],
    { relation: lines, ...VALID },
    measures,
    fieldsOf(lines, fields, lists),
  );
}

function returnSubject(returns: Relation, lists: Lists): Subject {
  const measures = [
    measure("times", "退货次数", "Returns", "integer", q.countDistinct("returns", "return_id"), TIMES),
    measure("refund", "退款金额", "Refunded", "money", q.sum("returns", "refund_minor")),
  ];
  return behaviour(
    ["returns", "退货", "Returned"],
    { relation: returns },
    measures,
    fieldsOf(returns, ["channel", "store_code", "sku"], lists),
  );
}

/** Orders, goods and returns; only valid orders count, as in measures. */
export function purchaseSubjects(ground: Ground, lists: Lists): Subject[] {
  const makers = { orders: orderSubject, order_lines: lineSubject, returns: returnSubject };
  return Object.entries(makers).flatMap(([name, make]) => {
    const relation = ground.catalogue.find(name);
    return relation === undefined ? [] : [make(relation, lists)];
  });
}

/** Fields of the vocabulary of records that stand under another name among the columns of events. */
const COLUMN_OF_FIELD: Readonly<Record<string, string>> = { content_id: "subject", share_id: "subject" };

/** Every kind of record about a person, as something that was done a number of times. */
export function behaviourSubjects(ground: Ground, lists: Lists): Subject[] {
  const events = ground.catalogue.find("events");
  return events === undefined ? [] : EVENT_KINDS.map((kind) => eventSubject(kind, events, lists));
}

function eventSubject(kind: KindInfo, events: Relation, lists: Lists): Subject {
  const where = q.equals(q.column("kind"), kind.kind);
  const measures = [
    measure("times", "次数", "Times", "integer", q.count("events", { where }), TIMES),
    measure("days", "天数", "Days", "integer", q.countDistinct("events", "business_day", { where }), DAYS),
  ];
  if (kind.fields.some((field) => field.name === "points")) {
    measures.push(measure("points", "积分合计", "Points", "integer", q.sum("events", "points", { where })));
  }
  const names = new Set(kind.fields.map((field) => COLUMN_OF_FIELD[field.name] ?? field.name));
  names.delete("quantity");
  const fields = fieldsOf(events, [...names], lists).map((field) => {
    const codes = kind.fields.find((candidate) => candidate.name === field.field)?.values;
    if (codes === undefined || field.values !== undefined) return field;
    const values = codes.map((value) => ({ value, ...(CODES[value] ?? { zh: value, en: value }) }));
    return { ...field, type: "code" as const, operators: ["in", "not_in", "known", "unknown"] as const, values };
  });
  return behaviour([`events.${kind.kind}`, kind.zh, kind.en], { relation: events, where }, measures, fields);
}

const CODES: Readonly<Record<string, { zh: string; en: string }>> = {
  sent: { zh: "已发送", en: "Sent" },
  delivered: { zh: "已送达", en: "Delivered" },
  opened: { zh: "已打开", en: "Opened" },
  clicked: { zh: "已点击", en: "Clicked" },
  failed: { zh: "失败", en: "Failed" },
  unsubscribed: { zh: "已退订", en: "Unsubscribed" },
  issued: { zh: "已发放", en: "Issued" },
  used: { zh: "已使用", en: "Used" },
  expired: { zh: "已过期", en: "Expired" },
  returned: { zh: "已退回", en: "Returned" },
  inviter: { zh: "邀请人", en: "Inviter" },
  invitee: { zh: "被邀请人", en: "Invitee" },
  invited: { zh: "已邀请", en: "Invited" },
  joined: { zh: "已入会", en: "Joined" },
  first_order: { zh: "已首单", en: "First order" },
  starter: { zh: "发起者", en: "Starter" },
  joiner: { zh: "跟团者", en: "Joiner" },
};

/** Histories that have words of their own above, or are no behaviour. */
const SPOKEN_FOR = new Set([
  "orders",
  "order_lines",
  "returns",
  "events",
  "parties",
  "consents",
  "tag_values",
  "segment_members",
  "snapshot_members",
]);

/** Whatever other histories later domains register: benefits, points, coupons. Their columns tell their own names. */
export function registeredSubjects(ground: Ground, lists: Lists): Subject[] {
  return ground.catalogue
    .all()
    .filter((relation) => relation.per_member === "many" && !SPOKEN_FOR.has(relation.name))
    .map((relation) => {
      const columns = relation.columns.filter(({ name, type, unit }) => {
        return type !== "instant" && name !== relation.day && unit === undefined && !name.endsWith("_id");
      });
      const sums = relation.columns.filter(({ unit }) => unit !== undefined && unit !== "rating");
      const measures = [
        measure("times", "次数", "Times", "integer", q.count(relation.name), TIMES),
        ...sums.map((column) => {
          const type = columnType(column, lists);
          return measure(
            column.name,
            `${column.zh}合计`,
            `${column.en}, total`,
            type,
            q.sum(relation.name, column.name),
          );
        }),
      ];
      const fields = columns.map((column) => fieldOf(column, lists));
      return behaviour([relation.name, relation.zh, relation.en], { relation }, measures, fields);
    });
}
