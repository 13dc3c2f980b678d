import { defineErrors } from "../../platform/index.ts";

export const openingErrors = defineErrors("points", {
  opening_no_points: { status: 422, zh: "没有写积分。", en: "It does not say how many points." },
  opening_negative: {
    status: 422,
    zh: "积分是负数（{points}）。欠的积分不随期初导入，请另行处理。",
    en: "The points are negative ({points}). Debts are not brought in; settle them apart.",
  },
  opening_zero: { status: 422, zh: "积分是 0，没有可导入的。", en: "There are 0 points: nothing to bring in." },
  opening_expired: {
    status: 422,
    zh: "{last_day} 已经过期，不再导入。",
    en: "They expired on {last_day} and are not brought in.",
  },
  opening_ahead: {
    status: 422,
    zh: "获得日 {earned_on} 在今天之后。请检查日期格式。",
    en: "They were earned on {earned_on}, which lies ahead. Check the format of dates.",
  },
  opening_twice_in_file: {
    status: 422,
    zh: "与前面的一行完全相同。若是两笔积分，请加上批次号一列。",
    en: "It is the same as a row above. If these are two lots, add a column with the lot's number.",
  },
  lot_over: {
    status: 409,
    zh: "入账时已经过期。",
    en: "They had expired when they were to be given.",
  },
});
