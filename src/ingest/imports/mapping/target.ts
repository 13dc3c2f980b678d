import type { Field, FieldType } from "../../vocabulary/field.ts";
import { IDENTITY_KIND_INFO } from "../../vocabulary/identity-kinds.ts";
import { KINDS, type KindInfo } from "../../vocabulary/kinds.ts";

/** Something a column can be mapped to. Lines of a document are `lines.<field>`, identities `identity.<kind>`. */
export interface Target {
  readonly name: string;
  readonly group: "record" | "line" | "identity" | "consent";
  readonly zh: string;
  readonly en: string;
  readonly type: FieldType;
  readonly required: boolean;
  readonly personal: boolean;
  readonly values?: readonly string[];
  readonly aliases: readonly string[];
  readonly example?: string;
}

/** What a person needs to see of a kind to map a file onto it. */
export interface ImportKind {
  readonly kind: string;
  readonly zh: string;
  readonly en: string;
  readonly personal: boolean;
  readonly nature: "master" | "fact";
  /** Whether rows are lines of documents that are put together by their number. */
  readonly document: boolean;
  readonly targets: readonly Target[];
}

const TIME_ALIASES = (
  "occurredat time date datetime timestamp eventtime createdat createtime createdtime " +
  "时间 日期 发生时间 创建时间 操作时间"
).split(" ");
const ORDER_TIME_ALIASES = (
  "orderdate ordertime orderedat invoicedate paidat paytime paymenttime placedat transactiontimestamp transactiontime " +
  "transactiondate saledate saletime tradetime 下单时间 支付时间 付款时间 交易时间 交易日期 订单时间 订单日期 销售时间 " +
  "销售日期 消费时间 开单时间"
).split(" ");
const TIMES: Readonly<Record<string, readonly string[]>> = {
  order: ORDER_TIME_ALIASES,
  return: ["returnedat", "returntime", "refundtime", "refunddate", "退货时间", "退款时间", "退货日期"],
  member: ["updatedat", "updatetime", "modifiedat", "更新时间", "修改时间"],
  login: ["logintime", "loginat", "登录时间"],
  coupon_use: ["redemptiondate", "usedat", "usetime", "核销时间", "使用时间", "领取时间"],
  review: ["reviewtime", "reviewedat", "评价时间", "评论时间"],
  points_movement: ["变动时间", "积分时间"],
  message: ["sentat", "sendtime", "发送时间"],
  search: ["searchtime", "搜索时间"],
};
/** Names that exports use beside those of the vocabulary. */
const MORE_ALIASES: Readonly<Record<string, readonly string[]>> = {
  "coupon_use.coupon_code": ["couponupc", "couponid", "couponcode"],
  "coupon_use.campaign_code": ["campaignid", "campaign", "活动"],
  "coupon_use.stage": ["couponstatus", "券状态"],
  "campaign.campaign_code": ["campaignid", "campaign", "活动"],
  "member.children": ["kidscount"],
  "member.occupation": ["profession"],
  "return.lines.sku": [],
  "return.lines.quantity": ["quantity", "qty", "returnquantity", "数量", "退货数量"],
  "return.lines.refund_minor": ["refund", "refundamount", "amount", "退款金额", "退款", "金额"],
};
const CONSENT_MEDIA = [
  ["sms", "短信", "SMS"],
  ["email", "邮件", "Email"],
  ["phone", "电话", "Phone call"],
  ["wechat", "微信", "WeChat"],
] as const;

const plainName = (name: string): string => name.toLowerCase().replaceAll("_", "");

function fieldTarget(kind: string, field: Field, group: "record" | "line", name: string): Target {
  const aliases = [
    ...(field.aliases ?? []),
    ...(MORE_ALIASES[`${kind}.${name}`] ?? []),
    plainName(field.name),
    field.zh,
  ];
  return {
    name,
    group,
    zh: field.zh,
    en: field.en,
    type: field.type,
    required: field.required === true,
    personal: field.privacy === "L3" || field.privacy === "L4",
    ...(field.values === undefined ? {} : { values: field.values }),
    aliases: [...new Set(aliases)],
    ...(field.example === undefined ? {} : { example: field.example }),
  };
}

function targetsOf(info: KindInfo): Target[] {
  const targets: Target[] = [];
  for (const field of info.fields) {
    if (field.name === "lines") {
      for (const item of field.items ?? []) targets.push(fieldTarget(info.kind, item, "line", `lines.${item.name}`));
    } else if (field.type !== "list" && field.type !== "object") {
      targets.push(fieldTarget(info.kind, field, "record", field.name));
    }
  }
  const time = { group: "record", type: "instant", personal: false, example: "2026-11-22 18:30:00" } as const;
  targets.push({
    ...time,
    name: "occurred_at",
    zh: info.nature === "fact" ? "发生时间" : "资料时间",
    en: info.nature === "fact" ? "When it happened" : "As of",
    required: false,
    aliases: [...(TIMES[info.kind] ?? []), ...(info.nature === "fact" ? TIME_ALIASES : [])],
  });
  if (info.personal) targets.push(...identityTargets());
  if (info.kind === "member") targets.push(...consentTargets());
  if (info.kind === "order") targets.push(originalOrder());
  return targets;
}

function identityTargets(): Target[] {
  return IDENTITY_KIND_INFO.map((info) => ({
    name: `identity.${info.kind}`,
    group: "identity",
    zh: info.zh,
    en: info.en,
    type: "text",
    required: false,
    personal: info.privacy !== "L2",
    aliases: info.aliases,
  }));
}

function consentTargets(): Target[] {
  const base = { group: "consent", required: false, personal: false } as const;
  const granted = CONSENT_MEDIA.map(
    ([medium, zh, en]): Target => ({
      ...base,
      name: `consent.${medium}`,
      zh: `同意${zh}营销`,
      en: `Consent to marketing by ${en}`,
      type: "boolean",
      aliases: [`${medium}consent`, `consent${medium}`, `${medium}optin`, `${zh}同意`, `${zh}订阅`, `同意${zh}`],
    }),
  );
  return [
    ...granted,
    {
      ...base,
      name: "consent.text_version",
      zh: "同意文本版本",
      en: "Version of the consent text",
      type: "text",
      aliases: ["consentversion", "同意版本"],
    },
    {
      ...base,
      name: "consent.at",
      zh: "同意时间",
      en: "Time of the consent",
      type: "instant",
      aliases: ["consentat", "consenttime", "同意时间"],
    },
    {
      ...base,
      name: "consent.via",
      zh: "同意方式",
      en: "Where the consent was given",
      type: "text",
      aliases: ["consentvia", "consentsource", "同意渠道", "同意方式"],
    },
  ];
}

function originalOrder(): Target {
  return {
    name: "original_order_no",
    group: "record",
    zh: "原订单号（退货行）",
    en: "Original order of a returned line",
    type: "text",
    required: false,
    personal: false,
    aliases: ["originalorderno", "originalinvoice", "原订单号", "原单号"],
  };
}

const UNIMPORTABLE = new Set(["identity_link", "identity_unlink", "item"]);

/** Every kind that a table can be imported as, in the order of the vocabulary. */
export const IMPORT_KINDS: readonly ImportKind[] = KINDS.filter((info) => !UNIMPORTABLE.has(info.kind)).map((info) => ({
  kind: info.kind,
  zh: info.zh,
  en: info.en,
  personal: info.personal,
  nature: info.nature,
  document: info.kind === "order" || info.kind === "return",
  targets: targetsOf(info),
}));

const BY_KIND = new Map(IMPORT_KINDS.map((kind) => [kind.kind, kind]));

export function importKind(kind: string): ImportKind | undefined {
  return BY_KIND.get(kind);
}
