import type { PrivacyClass } from "./field.ts";

/** The identifiers by which a source may know a person. How they join is a rule of members/, not of this list. */
export const IDENTITY_KINDS = [
  "phone",
  "openid",
  "unionid",
  "external_userid",
  "card_no",
  "mall_id",
  "crm_id",
  "cookie",
  "email",
  "id_number",
] as const;
export type IdentityKind = (typeof IDENTITY_KINDS)[number];

export interface IdentityKindInfo {
  readonly kind: IdentityKind;
  readonly zh: string;
  readonly en: string;
  readonly privacy: PrivacyClass;
  /** Whether a value means the same person only inside its namespace (a card number inside its source, an openid inside its app). */
  readonly namespaced: boolean;
  readonly aliases: readonly string[];
}

export const IDENTITY_KIND_INFO: readonly IdentityKindInfo[] = [
  {
    kind: "phone",
    zh: "手机号",
    en: "Phone",
    privacy: "L3",
    namespaced: false,
    aliases: ["phone", "mobile", "tel", "telephone", "手机", "手机号", "手机号码", "电话", "联系电话"],
  },
  {
    kind: "openid",
    zh: "微信 openid",
    en: "WeChat openid",
    privacy: "L3",
    namespaced: true,
    aliases: ["openid", "wxopenid", "微信openid"],
  },
  {
    kind: "unionid",
    zh: "微信 unionid",
    en: "WeChat unionid",
    privacy: "L3",
    namespaced: false,
    aliases: ["unionid", "wxunionid", "微信unionid"],
  },
  {
    kind: "external_userid",
    zh: "企业微信外部联系人",
    en: "WeCom external contact",
    privacy: "L3",
    namespaced: true,
    aliases: ["externaluserid", "wecomid", "外部联系人id", "企业微信外部联系人"],
  },
  {
    kind: "card_no",
    zh: "会员卡号",
    en: "Card number",
    privacy: "L3",
    namespaced: true,
    aliases: ["cardno", "card", "cardnumber", "membercard", "卡号", "会员卡号", "会员卡", "householdid"],
  },
  {
    kind: "mall_id",
    zh: "商城账号",
    en: "Mall id",
    privacy: "L3",
    namespaced: true,
    aliases: ["mallid", "userid", "customerid", "buyerid", "用户id", "商城账号", "买家id", "客户编号"],
  },
  {
    kind: "crm_id",
    zh: "CRM 编号",
    en: "CRM id",
    privacy: "L3",
    namespaced: true,
    aliases: ["crmid", "memberid", "memberno", "会员编号", "会员id", "客户id"],
  },
  {
    kind: "cookie",
    zh: "浏览器或设备标识",
    en: "Cookie or device id",
    privacy: "L2",
    namespaced: true,
    aliases: ["cookie", "anonymousid", "deviceid", "设备id"],
  },
  {
    kind: "email",
    zh: "邮箱",
    en: "Email",
    privacy: "L3",
    namespaced: false,
    aliases: ["email", "mail", "emailaddress", "邮箱", "电子邮箱", "邮件"],
  },
  {
    kind: "id_number",
    zh: "身份证号",
    en: "Identity card number",
    privacy: "L4",
    namespaced: false,
    aliases: ["idnumber", "idcard", "身份证", "身份证号", "证件号"],
  },
];
