import { defineErrors } from "../../platform/errors.ts";

export const tabletErrors = defineErrors("access", {
  tablet_closed: {
    status: 403,
    zh: "门店平板上不能做这件事。请在电脑或手机上用自己的账号登录后再做。",
    en: "This cannot be done at a store's tablet. Sign in with your own account on a computer or telephone.",
  },
  tablet_not_bound: {
    status: 401,
    zh: "这台设备没有绑定门店，或绑定已停用、已到期。请店长在「信任 → 门店平板」生成绑定码，在这里输入。",
    en: "This device is bound to no store, or its binding was ended or has run out. Ask your manager for a code (Trust → Store tablets) and type it in here.",
  },
  tablet_code_wrong: {
    status: 422,
    zh: "绑定码不对、已用过或已过期。绑定码 {minutes} 分钟内有效，只能用一次；请再核对，或请店长重新生成。",
    en: "The code is wrong, used or has run out. It works once, within {minutes} minutes: check it, or ask your manager for another one.",
  },
  tablet_not_found: {
    status: 404,
    zh: "您的门店里没有这台平板，或它已停用。请刷新后再看。",
    en: "There is no such tablet in your stores, or it was ended. Load the page again.",
  },
  tablet_store: {
    status: 422,
    zh: "没有编码为 {store_code} 的门店，或它不在您的范围里。请从列表中选择。",
    en: "There is no store with the code {store_code}, or it is not one of yours. Choose one of the list.",
  },
  tablets_full: {
    status: 409,
    zh: "门店 {store_code} 已有 {limit} 台平板，已到上限。请先停用不用的一台。",
    en: "The store {store_code} has {limit} tablets, which is the limit. End one that is not used.",
  },
  pin_wrong: {
    status: 401,
    zh: "PIN 不对。连续输错 {limit} 次会暂时锁住。",
    en: "PIN not right. After {limit} wrong ones in a row it is locked for a while.",
  },
  pin_locked: {
    status: 429,
    zh: "输错太多次，已锁住，请 {minutes} 分钟后再试；或请店长重新发设置 PIN 的链接。",
    en: "Too many wrong PINs: locked for {minutes} more minute(s). Wait, or ask your manager for a link to set another PIN.",
  },
  pin_weak: {
    status: 422,
    zh: "这个 PIN 太容易被猜到，或不是 {digits} 位数字。请不要用连号、重复的数字或生日。",
    en: "This PIN is easily guessed, or not {digits} digits. Take no row, no repetition and no birthday.",
  },
  pin_not_for_role: {
    status: 422,
    zh: "PIN 只给指定了门店、区域或品牌的店员使用。请先在「信任 → 人员」确认角色和门店。",
    en: "A PIN is for store clerks with stores, a region or a brand of their own. See to role and stores under Trust → People first.",
  },
});
