import type { IdentityKind } from "../ingest/index.ts";

/**
 * How far an identifier tells who somebody is. `definite`: one person by law; `strong`: one account at one system;
 * `medium`: one person most of the time, shared in families and passed on; `weak`: a device.
 */
export type Strength = "definite" | "strong" | "medium" | "weak";

export interface IdentifierRule {
  readonly kind: IdentityKind;
  readonly strength: Strength;
  /** The rule's name in the join log. */
  readonly rule: string;
  readonly zh: string;
  readonly en: string;
  /** More members than this holding one value, and the value stops joining anybody (requirements 11.2). */
  readonly shared_max: number;
  /** More values of this kind on one account, and they say nothing about one person (a till's own card). */
  readonly held_max: number;
}

/** In the order in which they join: what is surer decides first, so that what is weaker meets whole people. */
export const IDENTIFIER_RULES: readonly IdentifierRule[] = [
  {
    kind: "id_number",
    strength: "definite",
    rule: "same_id_number",
    zh: "身份证号相同",
    en: "The same identity card number",
    shared_max: 5,
    held_max: 1,
  },
  {
    kind: "unionid",
    strength: "strong",
    rule: "same_unionid",
    zh: "微信 unionid 相同",
    en: "The same WeChat unionid",
    shared_max: 5,
    held_max: 2,
  },
  {
    kind: "crm_id",
    strength: "strong",
    rule: "same_crm_id",
    zh: "来源写明同一 CRM 编号",
    en: "A source names the same CRM id",
    shared_max: 5,
    held_max: 5,
  },
  {
    kind: "mall_id",
    strength: "strong",
    rule: "same_mall_id",
    zh: "来源写明同一商城账号",
    en: "A source names the same mall account",
    shared_max: 5,
    held_max: 5,
  },
  {
    kind: "card_no",
    strength: "strong",
    rule: "same_card_no",
    zh: "会员卡号相同",
    en: "The same card number",
    shared_max: 5,
    held_max: 5,
  },
  {
    kind: "openid",
    strength: "strong",
    rule: "same_openid",
    zh: "微信 openid 相同",
    en: "The same WeChat openid",
    shared_max: 5,
    held_max: 10,
  },
  {
    kind: "external_userid",
    strength: "strong",
    rule: "same_external_userid",
    zh: "企业微信外部联系人相同",
    en: "The same WeCom external contact",
    shared_max: 5,
    held_max: 10,
  },
  {
    kind: "phone",
    strength: "medium",
    rule: "same_phone",
    zh: "手机号相同，且没有矛盾",
    en: "The same phone number, and nothing speaks against it",
    shared_max: 5,
    held_max: 5,
  },
  {
    kind: "email",
    strength: "medium",
    rule: "same_email",
    zh: "邮箱相同，且没有矛盾",
    en: "The same e-mail address, and nothing speaks against it",
    shared_max: 5,
    held_max: 5,
  },
  {
    kind: "cookie",
    strength: "weak",
    rule: "only_account_on_device",
    zh: "这台设备上只登录过这一个人",
    en: "The only person who ever logged in on this device",
    shared_max: 5,
    held_max: 200,
  },
];

/** A person's own decision, in the join log beside the rules above. */
export const PERSON_RULE = {
  rule: "decided_by_person",
  zh: "由人工判定为同一人",
  en: "A person decided that they are one",
} as const;

/**
 * Which identifier of a record names its party. The first kind present wins, so that the party of a record depends on
 * nothing but the record: accounts before people's own numbers before devices.
 */
export const ANCHOR_ORDER: readonly IdentityKind[] = [
  "crm_id",
  "mall_id",
  "card_no",
  "openid",
  "unionid",
  "external_userid",
  "id_number",
  "phone",
  "email",
  "cookie",
];

/** Kinds that are an account at a system: one value, one account. */
export const ACCOUNT_KINDS: ReadonlySet<IdentityKind> = new Set([
  "crm_id",
  "mall_id",
  "card_no",
  "openid",
  "unionid",
  "external_userid",
]);

/** A conflict is `hard` between two parties whatever joins them; `doubt` stops one value only, until a person decides. */
export interface ConflictRule {
  readonly conflict: string;
  readonly hard: boolean;
  readonly zh: string;
  readonly en: string;
}

export const CONFLICT_RULES = [
  {
    conflict: "id_number_differs",
    hard: true,
    zh: "身份证号不同，不可能是同一人",
    en: "Different identity card numbers: they cannot be one person",
  },
  {
    conflict: "unionid_differs",
    hard: true,
    zh: "微信 unionid 不同，是两个微信用户",
    en: "Different WeChat unionids: two WeChat users",
  },
  {
    conflict: "person_differs",
    hard: true,
    zh: "姓名与生日都不同，可能是共用号码的家人",
    en: "Name and birthday both differ: perhaps a family that shares the number",
  },
  {
    conflict: "source_apart",
    hard: true,
    zh: "来源已把这两个账号解绑，说明是两个人",
    en: "The source unbound these two accounts: it says they are two persons",
  },
  {
    conflict: "decided_apart",
    hard: true,
    zh: "曾由人工判定为两个人",
    en: "A person decided that they are two",
  },
  {
    conflict: "number_recycled",
    hard: false,
    zh: "旧账号 180 天以上没有用过这个号码，新的微信来登录：号码可能已换了主人",
    en: "The old account had not used this number for 180 days when a new WeChat came with it: the number may have a new owner",
  },
  {
    conflict: "number_given_up",
    hard: false,
    zh: "对方出现之前，旧账号已换掉或解绑这个号码",
    en: "The old account had given up this number before the other one appeared with it",
  },
  {
    conflict: "name_differs",
    hard: false,
    zh: "姓名不同，又没有生日可以对照",
    en: "The names differ and no birthday is known to compare",
  },
  {
    conflict: "birthday_differs",
    hard: false,
    zh: "生日不同，又没有姓名可以对照",
    en: "The birthdays differ and no name is known to compare",
  },
  {
    conflict: "same_source_twice",
    hard: false,
    zh: "同一来源里是两个账号，除了这个号码没有别的相同之处",
    en: "One source keeps them as two accounts, and nothing but this value is the same",
  },
  {
    conflict: "ambiguous",
    hard: false,
    zh: "这个号码的几位使用者互相矛盾，无法判断属于谁",
    en: "Those who share this value contradict each other, so that it cannot be told whose it is",
  },
  {
    conflict: "held_after_split",
    hard: false,
    zh: "撤销合并后，剩下的线索又指向这一位，先不合并",
    en: "After a join was taken back the remaining evidence points here; nothing is joined until somebody decides",
  },
] as const satisfies readonly ConflictRule[];

export type ConflictKind = (typeof CONFLICT_RULES)[number]["conflict"];

export const LIMITS = {
  /** Days after which a number that its account no longer used may have a new owner (requirements 11.2). */
  recycled_days: 180,
  /** Holders of one value that are looked at one by one; above it the value is quarantined by its count alone. */
  holders_examined_max: 60,
} as const;

const BY_KIND = new Map(IDENTIFIER_RULES.map((rule) => [rule.kind, rule]));
const BY_RULE = new Map<string, { zh: string; en: string }>([
  ...IDENTIFIER_RULES.map((rule) => [rule.rule, rule] as const),
  [PERSON_RULE.rule, PERSON_RULE],
]);
const BY_CONFLICT = new Map<string, ConflictRule>(CONFLICT_RULES.map((rule) => [rule.conflict, rule]));

export function identifierRule(kind: IdentityKind): IdentifierRule {
  const rule = BY_KIND.get(kind);
  if (rule === undefined) throw new Error(`no rule for identifiers of kind ${kind}`);
  return rule;
}

/** The sentence of a join rule. */
export function ruleSentence(rule: string): { zh: string; en: string } {
  const { zh, en } = BY_RULE.get(rule) ?? { zh: rule, en: rule };
  return { zh, en };
}

export function conflictRule(conflict: string): ConflictRule {
  return BY_CONFLICT.get(conflict) ?? { conflict, hard: false, zh: conflict, en: conflict };
}

/** The identifier that names the party of a record, or undefined when it carries none. */
export function anchorOf<Identity extends { readonly kind: IdentityKind }>(
  identities: readonly Identity[],
): Identity | undefined {
  let best: Identity | undefined;
  let bestRank = ANCHOR_ORDER.length;
  for (const identity of identities) {
    const rank = ANCHOR_ORDER.indexOf(identity.kind);
    // Two values of the best kind in one record: the first, as the edge has put them into an order that is the message's own
    // at no time, and the same under every index key.
    if (rank < bestRank) {
      best = identity;
      bestRank = rank;
    }
  }
  return best;
}
