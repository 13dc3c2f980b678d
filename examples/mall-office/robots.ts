import { OFFICE_PASSWORD, OFFICE_USER } from "./office.ts";

/** What robots sign in with here. */
export const OFFICE_SECRETS = { user: OFFICE_USER, password: OFFICE_PASSWORD } as const;

/** The robots of the tea house. They are nobody's until somebody takes them over. */
export const DEMO_ROBOTS = [
  { flow: "mall_orders", name: "商城昨日订单入湖", inputs: { source: "mall-office" }, daily_at: "06:30" },
  {
    flow: "birthday_gifts",
    name: "生日茶点礼品单",
    inputs: { benefit: "birthday_treat", gift: "生日茶点" },
    daily_at: "09:30",
  },
  { flow: "member_gifts", name: "旅程礼品单", inputs: { gift: "山野茶礼" }, daily_at: null },
] as const;
