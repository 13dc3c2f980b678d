import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("value", {
  nothing_to_derive: {
    status: 409,
    zh: "截至 {business_day} 的 365 天内没有会员购买，无法计算门槛。请先导入订单。",
    en: "No member bought in the 365 days to {business_day}, so there are no thresholds to derive. Import orders first.",
  },
  version_not_found: {
    status: 404,
    zh: "没有第 {version} 版门槛。",
    en: "There is no version {version} of the thresholds.",
  },
  thresholds_invalid: {
    status: 422,
    zh: "门槛不成立：近期天数 r1（{r1_days}）必须小于 r2（{r2_days}）。",
    en: "These thresholds cannot be: r1 ({r1_days} days) must be below r2 ({r2_days} days).",
  },
  borders_invalid: {
    status: 422,
    zh: "价值段门槛不成立：中段起点（{middle_minor}）不能高于高段起点（{high_minor}），单位为分。",
    en: "These band borders cannot be: the middle one ({middle_minor}) must not be above the high one ({high_minor}), in minor units.",
  },
  category_unknown: {
    status: 422,
    zh: "没有一级品类“{category}”。请从商品已有的品类中选择。",
    en: "There is no category “{category}”. Choose one that products have.",
  },
  category_twice: {
    status: 422,
    zh: "品类“{category}”出现了两次，每个品类只能有一个天数。",
    en: "The category “{category}” occurs twice; each has one number of days.",
  },
  lost_rules_changed: {
    status: 409,
    zh: "流失天数已被改成第 {version} 版。请刷新后再改。",
    en: "The days after which members are lost were changed meanwhile, to version {version}. Load them again and repeat your change.",
  },
  cursor_invalid: {
    status: 400,
    zh: "翻页标记无效，请从第一页重新开始。",
    en: "The page mark is not valid. Start again from the first page.",
  },
});
