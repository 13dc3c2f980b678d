import type { OrderState } from "./reward-store.ts";

export const STATE_NAMES: Readonly<Record<OrderState, { readonly zh: string; readonly en: string }>> = {
  held: { zh: "待确认", en: "held" },
  confirmed: { zh: "待交付", en: "confirmed" },
  fulfilled: { zh: "已交付", en: "fulfilled" },
  cancelled: { zh: "已取消", en: "cancelled" },
  returned: { zh: "已退回", en: "returned" },
};
