import { defineErrors } from "../../platform/index.ts";

export const offlineErrors = defineErrors("points", {
  offline_no_till: {
    status: 403,
    zh: "只有绑定的门店平板或收银系统可以领离线额度。请在平板上用 PIN 进入，或用收银系统的密钥。",
    en: "Only a bound tablet or a till's own key may have an offline allowance. Enter at the tablet by PIN, or use the till's key.",
  },
  offline_store: {
    status: 403,
    zh: "这台收银机不属于门店 {store_code}。",
    en: "This till does not belong to store {store_code}.",
  },
  offline_bad_key: {
    status: 422,
    zh: "设备公钥不是 Ed25519 的 PEM。",
    en: "The device's key is no Ed25519 public key in PEM.",
  },
  offline_allowance_forged: {
    status: 422,
    zh: "离线额度的签名不对，或不是本平台签发的。这批一笔都没有入账。",
    en: "The allowance was not signed here, or was changed. Nothing of the upload was posted.",
  },
  offline_other_till: {
    status: 403,
    zh: "这份离线额度是别的收银机的。",
    en: "This allowance belongs to another till.",
  },
  offline_forged: {
    status: 409,
    zh: "设备签名不对，没有入账。",
    en: "The device's signature does not hold; nothing was posted.",
  },
  offline_expired: {
    status: 409,
    zh: "离线额度 {expires_at} 到期，这笔在之后（{at}），没有入账。",
    en: "The allowance expired at {expires_at}, and this burn was made later ({at}); nothing was posted.",
  },
  offline_clock: {
    status: 409,
    zh: "收银机的时间 {at} 不可信（额度从 {issued_at} 起，收到时是 {received_at}），没有入账。",
    en: "The till's clock said {at}, which cannot be (allowed from {issued_at}, received at {received_at}); nothing was posted.",
  },
  offline_late: {
    status: 409,
    zh: "额度到期后超过 {days} 天才上传，没有入账。",
    en: "It was uploaded more than {days} days after the allowance expired; nothing was posted.",
  },
  offline_duplicate: {
    status: 409,
    zh: "小票「{receipt}」或同一笔冻结已由 {till} 上传过，这一笔没有再入账。",
    en: "The receipt {receipt}, or its hold, was uploaded by {till} already; this one was not posted.",
  },
  offline_over_till: {
    status: 409,
    zh: "超过这台收银机当天的离线额度 {max}（已用 {used}），没有入账。",
    en: "It is beyond this till's offline limit of {max} for the day ({used} used); nothing was posted.",
  },
  offline_over_member: {
    status: 409,
    zh: "超过一位会员在这台收银机当天的离线额度 {max}（已用 {used}），没有入账。",
    en: "It is beyond the offline limit of {max} for one member at this till and day ({used} used); nothing was posted.",
  },
  offline_member: {
    status: 409,
    zh: "没有编号为 {member_id} 的会员，没有入账。",
    en: "There is no member {member_id}; nothing was posted.",
  },
  offline_uncovered: {
    status: 409,
    zh: "余额只够 {posted}，还差 {missing}，差的没有入账。",
    en: "The balance covered {posted}; the other {missing} were not posted.",
  },
  offline_hold: {
    status: 409,
    zh: "冻结 {hold_id} 已经释放、用掉，或不够这一笔，没有入账。",
    en: "The hold {hold_id} is over, was used, or holds too little; nothing was posted.",
  },
  offline_burn_unknown: {
    status: 404,
    zh: "没有编号为 {burn_id} 的离线异常。",
    en: "There is no offline exception {burn_id}.",
  },
  offline_settled: {
    status: 409,
    zh: "这条离线异常已经处理过了。请刷新页面。",
    en: "This exception is settled already. Reload the page.",
  },
  offline_cannot_post: {
    status: 409,
    zh: "签名不对或重复的一笔不能补记，只能不记。",
    en: "A forged burn or a second one cannot be posted; it can only be dropped.",
  },
});
