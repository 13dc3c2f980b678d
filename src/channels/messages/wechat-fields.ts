/** A field of a template as WeChat's library shows it: `{{thing1.DATA}}`. */
export const WECHAT_FIELD = /\{\{\s*([a-z_]{3,20}\d{1,3})\.DATA\s*\}\}/g;

/** Fields of a filed text, in the order in which they stand in it. */
export const wechatFields = (filed: string): string[] => [
  ...new Set([...filed.matchAll(WECHAT_FIELD)].map(([, name = ""]) => name)),
];

interface FieldRule {
  readonly max: number;
  /** What it may be made of; null: any letters. */
  readonly of: RegExp | null;
  readonly zh: string;
  readonly en: string;
}

const TIME = String.raw`\d{1,2}:\d{2}(:\d{2})?`;
const DAY = String.raw`\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})`;
const MOMENT = String.raw`(${DAY}\s?)?${TIME}`;
/** No Chinese character and no full-width sign. */
const PLAIN = /^[\x20-\x7e]*$/;

/** What each kind of field takes, as WeChat's documents say. */
export const WECHAT_RULES: Readonly<Record<string, FieldRule>> = {
  thing: { max: 20, of: null, zh: "20 个以内字符", en: "20 characters at most" },
  number: { max: 32, of: /^-?\d+(\.\d+)?$/, zh: "32 位以内数字，可带小数", en: "a number of 32 digits at most" },
  letter: { max: 32, of: /^[A-Za-z]+$/, zh: "32 位以内字母", en: "32 letters at most" },
  symbol: { max: 5, of: /^[^\p{L}\p{N}\s]+$/u, zh: "5 位以内符号", en: "5 signs at most" },
  character_string: {
    max: 32,
    of: PLAIN,
    zh: "32 位以内数字、字母或符号",
    en: "32 digits, letters or signs, no Chinese",
  },
  time: {
    max: 60,
    of: new RegExp(`^(${MOMENT}|${DAY})(\\s?~\\s?(${MOMENT}|${DAY}))?$`),
    zh: "24 小时制时间，如 15:01 或 2026年10月1日 15:01，时间段用 ~ 连接",
    en: "a time of 24 hours such as 15:01 or 2026-10-01 15:01, spans with ~",
  },
  date: {
    max: 60,
    of: new RegExp(`^${DAY}(\\s?${TIME})?(\\s?~\\s?${DAY}(\\s?${TIME})?)?$`),
    zh: "年月日，如 2026年10月1日，可带时间",
    en: "a date such as 2026-10-01, a time may follow",
  },
  amount: {
    max: 14,
    of: /^\p{Sc}?\d{1,10}(\.\d+)?元?$/u,
    zh: "1 个币种符号加 10 位以内数字，可带小数，可以「元」结尾",
    en: "a sign of currency and 10 digits at most",
  },
  phone_number: { max: 17, of: /^[\d+() -]+$/, zh: "17 位以内数字、符号", en: "17 digits or signs at most" },
  car_number: { max: 8, of: null, zh: "8 位以内车牌号", en: "8 characters at most" },
  name: {
    max: 20,
    of: /^(\p{Script=Han}{1,10}|[\x20-\x7e]{1,20})$/u,
    zh: "10 个以内汉字，或 20 个以内字母、符号",
    en: "10 Chinese characters, or 20 letters and signs, at most",
  },
  phrase: { max: 5, of: /^\p{Script=Han}+$/u, zh: "5 个以内汉字", en: "5 Chinese characters at most" },
};

/** The rule of a field by its name: "thing1" is a thing. */
export const wechatRule = (name: string): FieldRule | undefined => WECHAT_RULES[name.replace(/\d+$/, "")];

/** @throws when WeChat would not take the value, saying which field and what it takes */
export function checkWechatField(name: string, value: string): void {
  const rule = wechatRule(name);
  if (rule === undefined) throw new Error(`${name}: WeChat has no fields of this kind`);
  const length = [...value].length;
  const fits = length > 0 && length <= rule.max && (rule.of === null || rule.of.test(value)) && !/[\r\n]/.test(value);
  if (fits) return;
  const shown = length > 30 ? `${[...value].slice(0, 30).join("")}…` : value;
  throw new Error(`${name} = "${shown}" (${length}): ${rule.zh} / ${rule.en}`);
}
