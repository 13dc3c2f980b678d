/** One thing a profile can say about a member. */
export interface ProfileField {
  readonly field: string;
  readonly zh: string;
  readonly en: string;
  /** Sealed values are opened and masked for people; the others are general enough to stand in clear in this schema. */
  readonly sealed: boolean;
  /** Counts towards the completeness of a profile. */
  readonly counted: boolean;
}

const field = (
  name: string,
  zh: string,
  en: string,
  options: Partial<Pick<ProfileField, "sealed" | "counted">> = {},
): ProfileField => ({
  field: name,
  zh,
  en,
  sealed: false,
  counted: true,
  ...options,
});

export const PROFILE_FIELDS: readonly ProfileField[] = [
  field("name", "姓名", "Name", { sealed: true }),
  field("gender", "性别", "Gender"),
  field("birthday", "生日", "Birthday", { sealed: true }),
  field("city", "城市", "City"),
  field("province", "省份", "Province"),
  field("address", "地址", "Address", { sealed: true }),
  field("occupation", "职业", "Occupation"),
  field("children", "家中有孩子", "Children in the household"),
  field("home_store_code", "归属门店", "Home store"),
  field("associate_code", "导购", "Sales associate"),
  field("join_channel", "入会渠道", "Join channel"),
  field("joined_at", "入会时间", "Joined at", { counted: false }),
  field("phone_verified", "手机已验证", "Phone verified", { counted: false }),
  field("wechat_bound", "已绑微信", "WeChat bound", { counted: false }),
  field("wecom_friend", "企微好友", "WeCom friend", { counted: false }),
  field("is_staff", "员工", "Staff", { counted: false }),
  field("is_test", "测试账号", "Test account", { counted: false }),
  field("is_wholesale", "批发客户", "Wholesale", { counted: false }),
  field("is_reseller", "代购或转售", "Reseller", { counted: false }),
  field("profiling_refused", "拒绝画像", "Refuses profiling", { counted: false }),
];

/** L3: what tells who or how somebody is. */
export const PERSONAL_FIELDS: ReadonlySet<string> = new Set([
  "name",
  "gender",
  "birthday",
  "address",
  "occupation",
  "children",
]);

/** Phone, e-mail and WeChat are identifiers, and count as filled when one is held. */
const COUNTED_IDENTIFIERS = 3;
export const PROFILE_TOTAL = PROFILE_FIELDS.filter((f) => f.counted).length + COUNTED_IDENTIFIERS;

export const FLAGS = ["staff", "test", "wholesale", "reseller"] as const;
export type Flag = (typeof FLAGS)[number];

const BY_NAME = new Map(PROFILE_FIELDS.map((f) => [f.field, f]));

export function profileField(name: string): ProfileField {
  return BY_NAME.get(name) ?? { field: name, zh: name, en: name, sealed: false, counted: false };
}
