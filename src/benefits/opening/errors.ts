import { defineErrors } from "../../platform/index.ts";

export const couponOpeningErrors = defineErrors("benefits", {
  opening_no_coupon: {
    status: 422,
    zh: "没有写是哪种券。请写批次编号、批次名称或券的编码。",
    en: "It does not say which coupon. Write the number or name of a batch, or the key of a coupon.",
  },
  opening_batch_unknown: {
    status: 422,
    zh: "没有可用的批次「{coupon}」：要有一个开放中的「一券一码」批次。请先建好批次。",
    en: "There is no batch “{coupon}” to use: it takes an open one with a code for each. Make the batch first.",
  },
  opening_batch_several: {
    status: 422,
    zh: "「{coupon}」有不止一个开放的批次。请写批次编号。",
    en: "“{coupon}” has more than one open batch. Write the number of the batch.",
  },
  opening_batch_full: {
    status: 422,
    zh: "批次 {batch_id} 只剩 {left} 张，放不下这一行的 {uses} 次。请建更大的批次。",
    en: "Batch {batch_id} has {left} left, too few for the {uses} uses of this row. Make a larger batch.",
  },
  opening_uses: {
    status: 422,
    zh: "剩余次数 {uses} 不对：要在 1 到 {max} 之间。",
    en: "There cannot be {uses} uses left: 1 to {max} are possible.",
  },
  opening_code_taken: {
    status: 422,
    zh: "这个券码在本系统已经有了。",
    en: "There is a coupon with this code already.",
  },
  opening_code_long: {
    status: 422,
    zh: "券码超过 {max} 个字符。",
    en: "The code is longer than {max} characters.",
  },
  opening_twice: {
    status: 422,
    zh: "与前面的一行相同。同一张券有几次，请用「剩余次数」一列。",
    en: "It is the same as a row above. For a coupon of several uses give their number in a column.",
  },
  opening_used: {
    status: 409,
    zh: "已用 {used} 次（最近一单 {order_reference}），用掉的保持原样；没用的作废。",
    en: "{used} uses were made of it (the latest in order {order_reference}) and stay; those left are void.",
  },
  opening_lapsed: {
    status: 409,
    zh: "之后已经过期或作废，保持原样。",
    en: "It expired or became void since, and stays as it is.",
  },
});
