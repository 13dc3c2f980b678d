import { parseScaled } from "../../../platform/index.ts";
import { IMPORT_LIMITS } from "../limits.ts";
import { DIGITS_LOST_MARK, ERROR_MARK, FORMULA_MARK } from "../reading/xlsx.ts";
import type { Target } from "./target.ts";

/** What is wrong with one cell: a code of the registry (without the column, which the caller knows). */
export interface CellFlaw {
  readonly code: string;
  readonly params?: Readonly<Record<string, string | number>>;
}
export type CellValue<T> = { readonly value: T | undefined } | { readonly flaw: CellFlaw };

const SCIENTIFIC = /^[+-]?\d(?:\.\d+)?[eE]\+?\d{1,3}$/;
const EXCEL_ERROR = /^#(REF!|N\/A|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!)$/;
/** Excel keeps a number as text when it is written as a formula that yields it. */
const TEXT_FORMULA = /^="([^"]*)"$/;

/**
 * The text of a cell with what never belongs to a value undone, or why it cannot be used.
 * @returns an empty text for an empty cell.
 */
export function cleanCell(raw: string): string | CellFlaw {
  if (raw === "") return "";
  // Nearly all cells are short and plain: one test spares them the others.
  if (raw.length < 200 && PLAIN.test(raw)) return raw.trim();
  if (raw.length > IMPORT_LIMITS.cell_chars_max) {
    return { code: "row.cell_too_long", params: { limit: IMPORT_LIMITS.cell_chars_max } };
  }
  if (raw.includes("\0")) return { code: "row.nul_byte" };
  if (raw.includes("\uFFFD")) return { code: "row.bad_characters" };
  if (raw === FORMULA_MARK) return { code: "row.formula" };
  if (raw === ERROR_MARK || EXCEL_ERROR.test(raw.trim())) return { code: "row.cell_error" };
  const text = raw.trim();
  // An apostrophe in front keeps a spreadsheet from reading a text as a formula; error files are written so.
  if (/^'[=+\-@]/.test(text)) return text.slice(1);
  return TEXT_FORMULA.exec(text)?.[1] ?? text;
}
const PLAIN = /^[^\0\uFFFD\uE000#='][^\0\uFFFD\uE000#=]*$/;

/** A text that names something (a number of an order, an article, a person): digits must not have been lost. */
export function readText(text: string, target: Target, format: string | undefined): CellValue<string> {
  const code = target.group === "identity" || /(_no|_code|_id|sku)$/.test(target.name);
  if (!code) {
    return { value: text.startsWith(DIGITS_LOST_MARK) ? text.slice(DIGITS_LOST_MARK.length) : text };
  }
  if (text.startsWith(DIGITS_LOST_MARK)) return { flaw: { code: "row.digits_lost" } };
  if (SCIENTIFIC.test(text)) return { flaw: { code: "row.scientific_notation" } };
  if (text.startsWith("=") || text.startsWith("@")) return { flaw: { code: "row.formula" } };
  return { value: format === "strip_decimal" ? text.replace(/\.0+$/, "") : text };
}

const FULL_WIDTH = /[\uFF01-\uFF5E]/g;

/** The plain decimal text of a number as people write it: 1,234.50 · ￥12 · (3.20) · 1.234,50 with format `comma`. */
export function plainNumber(text: string, format: string | undefined): string | undefined {
  if (SIMPLE_NUMBER.test(text)) return text;
  let number = text
    .replace(FULL_WIDTH, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[\s\u00A0'_]/g, "");
  number = number.replace(/^([+-]?)(?:RMB|CNY|[¥￥$€£])/i, "$1").replace(/(?:元|RMB|CNY|[¥￥$€£])$/i, "");
  const bracketed = /^\((.+)\)$/.exec(number);
  if (bracketed?.[1] !== undefined) number = `-${bracketed[1]}`;
  if (/^[+-]?[¥￥$€£]/.test(number)) number = number.replace(/[¥￥$€£]/, "");
  number = number.replace(/^(.+)-$/, "-$1");
  if (format === "comma") number = number.replace(/\./g, "").replace(",", ".");
  else if (/^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(number)) number = number.replace(/,/g, "");
  if (/^[+-]?\d+(\.\d+)?[eE][+-]?\d{1,2}$/.test(number)) number = expand(number);
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(number) ? number : undefined;
}
const SIMPLE_NUMBER = /^-?\d{1,15}(\.\d{1,12})?$/;

function expand(number: string): string {
  const [mantissa = "0", exponent = "0"] = number.toLowerCase().split("e");
  const scaled = parseScaled(mantissa, 30) ?? 0n;
  const power = Number(exponent);
  const value = power >= 0 ? scaled * 10n ** BigInt(power) : scaled / 10n ** BigInt(-power);
  const digits = String(value < 0n ? -value : value).padStart(31, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -30)}.${digits.slice(-30)}`.replace(/\.?0+$/, "");
}

const AMOUNT_MAX = 1_000_000_000_000n;

/** An amount in minor units (two decimals to the major unit), rounded half away from zero once. */
export function readMoney(text: string, format: string | undefined): CellValue<number> {
  const number = plainNumber(text, format);
  if (number === undefined) return { flaw: { code: "row.not_a_number" } };
  const minor = parseScaled(number, format === "minor" ? 0 : 2);
  if (minor === undefined) return { flaw: { code: "row.not_a_number" } };
  if (minor > AMOUNT_MAX || minor < -AMOUNT_MAX) return { flaw: { code: "row.out_of_range" } };
  return { value: Number(minor) };
}

/** A decimal of at most six places, in its shortest spelling, so that 6, 6.0 and 6.00 are one value. */
export function readDecimal(text: string, format: string | undefined): CellValue<string> {
  if (/^-?[1-9]\d{0,14}$/.test(text)) return { value: text };
  const number = plainNumber(text, format);
  if (number === undefined) return { flaw: { code: "row.not_a_number" } };
  const scaled = parseScaled(number, 6) ?? 0n;
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(7, "0");
  if (digits.length > 21) return { flaw: { code: "row.out_of_range" } };
  const fraction = digits.slice(-6).replace(/0+$/, "");
  return { value: `${scaled < 0n ? "-" : ""}${digits.slice(0, -6)}${fraction === "" ? "" : `.${fraction}`}` };
}

export function readInteger(text: string, format: string | undefined): CellValue<number> {
  const decimal = readDecimal(text, format);
  if ("flaw" in decimal) return decimal;
  const value = Number(decimal.value);
  return Number.isSafeInteger(value) ? { value } : { flaw: { code: "row.not_whole" } };
}

/** Words of exports for the vocabulary's codes, beside the codes themselves. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  gender: { female: "f|女|女性|女士|2|woman|0女", male: "m|男|男性|先生|1|man", other: "其他|other" },
  status: {
    placed: "待付款|未付款|已下单|pending|created|unpaid",
    paid: "已支付|已付款|已完成|完成|交易成功|completed|complete|shipped|已发货|success|fulfilled",
    cancelled: "已取消|取消|交易关闭|已关闭|canceled|closed|void",
  },
  channel: {
    store: "门店|线下|pos|offline|实体店",
    mall: "商城|网店|线上|online|官网|web|website",
    mini_program: "小程序|miniprogram|微信小程序",
    marketplace: "天猫|淘宝|京东|拼多多|抖音|tmall|taobao|jd|douyin|amazon",
    phone: "电话|电话订购",
    other: "其他",
  },
  children: { yes: "有|是|y|true", no: "无|没有|否|n|false" },
  medium: {
    sms: "短信",
    email: "邮件|mail",
    wechat: "微信",
    wecom: "企微|企业微信",
    app: "应用",
    mini_program: "小程序",
  },
  stage: {
    issued: "已领取|领取|发放",
    used: "已使用|使用|核销|已核销|redeemed",
    expired: "已过期|过期",
    returned: "已退回|退回",
    sent: "已发送|发送",
    delivered: "已送达|送达",
    opened: "已打开|打开",
    clicked: "已点击|点击",
    failed: "失败",
    unsubscribed: "退订",
  },
  flag: { staff: "员工", test: "测试", wholesale: "批发", reseller: "代购|黄牛" },
  birthday_calendar: { solar: "公历|阳历", lunar: "农历|阴历" },
  ownership: { own: "直营|自营", franchise: "加盟" },
};
const UNKNOWN_WORDS = new Set([
  "未知",
  "unknown",
  "none/unknown",
  "n/a",
  "na",
  "null",
  "none",
  "-",
  "保密",
  "不详",
  "u",
]);

/** A coded value: the code itself, a known word for it, or what the mapping says the file's word means. */
export function readCode(
  text: string,
  target: Target,
  values: Readonly<Record<string, string>> | undefined,
): CellValue<string> {
  const allowed = target.values ?? [];
  const told = values?.[text];
  const word = (told ?? text).toLowerCase();
  if (told === "") return { value: undefined };
  if (allowed.includes(word)) return { value: word };
  const known = WORDS[target.name.slice(target.name.lastIndexOf(".") + 1)];
  for (const [code, words] of Object.entries(known ?? {})) {
    if (allowed.includes(code) && words.split("|").includes(word)) return { value: code };
  }
  if (target.name === "children" && /^\d\+?$/.test(word)) return { value: word.startsWith("0") ? "no" : "yes" };
  if (UNKNOWN_WORDS.has(word)) return { value: undefined };
  return { flaw: { code: "row.unknown_value", params: { values: allowed.join(", ") } } };
}

const TRUE_WORDS = new Set(["true", "t", "yes", "y", "1", "是", "有", "同意", "已同意", "已绑定", "已验证", "√", "on"]);
const FALSE_WORDS = new Set([
  "false",
  "f",
  "no",
  "n",
  "0",
  "否",
  "无",
  "不同意",
  "未同意",
  "未绑定",
  "未验证",
  "×",
  "off",
  "拒绝",
  "退订",
]);

export function readBoolean(text: string): CellValue<boolean> {
  const word = text.toLowerCase();
  if (TRUE_WORDS.has(word)) return { value: true };
  if (FALSE_WORDS.has(word)) return { value: false };
  if (UNKNOWN_WORDS.has(word)) return { value: undefined };
  return { flaw: { code: "row.unknown_value", params: { values: "是/yes, 否/no" } } };
}
