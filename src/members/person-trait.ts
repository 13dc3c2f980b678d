import { isSurname, surnameOf } from "./surnames.ts";

/**
 * What a name or a birthday says about being the same person. Names are compared by blind index only: the resolver
 * never sees a name in clear.
 */
export interface NameTrait {
  /**
   * `full`: a whole Chinese name; `titled`: a surname with 先生, 女士 …; `foreign`: a name in Latin letters, comparable
   * with its like only; `other`: a nickname, which says nothing.
   */
  readonly form: "full" | "titled" | "foreign" | "other";
  /** Blind index of the whole name. */
  readonly token: string;
  /** Blind index of the surname, when the form has one. */
  readonly surname: string | null;
}

export interface Birthday {
  readonly year: number | null;
  readonly month: number;
  readonly day: number;
  readonly calendar: "solar" | "lunar";
}

const TITLE = /^(.{1,2}?)(先生|女士|小姐|太太|同学|老师|经理|总|阿姨|叔叔|哥|姐|某某?|\*{1,3}|x{1,3})$/i;
const HAN_NAME = /^[\p{Script=Han}·]{2,4}$/u;
const HAN_LONG_NAME = /^\p{Script=Han}{2,}·[\p{Script=Han}·]{2,}$/u;
const LATIN_NAME = /^\p{Script=Latin}[\p{Script=Latin}'.-]*( [\p{Script=Latin}'.-]+)+$/u;
/** Words that tills and malls write where a name is missing. */
const PLACEHOLDERS =
  /^(微信用户|匿名|匿名用户|会员|顾客|客户|散客|无名|未知|测试|先生|女士|小姐|用户.*|游客.*|test.*|guest.*)$/i;

export interface NameParts {
  readonly form: NameTrait["form"];
  /** The one spelling under which names are compared. */
  readonly whole: string;
  readonly surname: string | null;
}

/** Reads a name: its spelling for comparison and what kind of name it is. */
export function readName(clear: string): NameParts {
  const whole = clear.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
  const compact = /\p{Script=Han}/u.test(whole) ? whole.replaceAll(" ", "") : whole;
  if (PLACEHOLDERS.test(compact)) return { form: "other", whole: compact, surname: null };
  const titled = TITLE.exec(compact);
  if (titled?.[1] !== undefined) {
    const surname = isSurname(titled[1]) ? titled[1] : null;
    return { form: surname === null ? "other" : "titled", whole: compact, surname };
  }
  if (HAN_NAME.test(compact)) {
    const surname = surnameOf(compact);
    return { form: surname === null ? "other" : "full", whole: compact, surname };
  }
  if (HAN_LONG_NAME.test(compact)) return { form: "full", whole: compact, surname: null };
  if (LATIN_NAME.test(whole)) return { form: "foreign", whole, surname: whole.split(" ").at(-1) ?? null };
  return { form: "other", whole: compact, surname: null };
}

/** Whether two sets of names can only belong to two persons: every whole or titled name of one differs from all of the other. */
export function namesDiffer(a: readonly NameTrait[], b: readonly NameTrait[]): boolean {
  let compared = false;
  for (const x of a) {
    for (const y of b) {
      const verdict = compareNames(x, y);
      if (verdict === "same" || verdict === "fits") return false;
      compared ||= verdict === "different";
    }
  }
  return compared;
}

/** Whether both know the same whole name. */
export function namesAgree(a: readonly NameTrait[], b: readonly NameTrait[]): boolean {
  return a.some((x) => b.some((y) => compareNames(x, y) === "same"));
}

function compareNames(x: NameTrait, y: NameTrait): "same" | "fits" | "different" | "unknown" {
  if (x.form === "other" || y.form === "other") return "unknown";
  if ((x.form === "foreign") !== (y.form === "foreign")) return "unknown";
  if (x.form !== "titled" && y.form !== "titled") return x.token === y.token ? "same" : "different";
  if (x.surname === null || y.surname === null) return "unknown";
  return x.surname === y.surname ? "fits" : "different";
}

/** A day that forms write when nobody chose one: it neither joins nor separates. */
function isFillerBirthday(birthday: Birthday): boolean {
  if (birthday.month === 1 && birthday.day === 1) return true;
  return birthday.year !== null && birthday.year <= 1900;
}

/**
 * Whether two sets of birthdays can only belong to two persons: at least two of year, month and day differ in every
 * pair. One differing part, or day and month exchanged, is taken for a slip of the pen; a lunar and a solar date are
 * not comparable.
 */
export function birthdaysDiffer(a: readonly Birthday[], b: readonly Birthday[]): boolean {
  let compared = false;
  for (const x of a) {
    for (const y of b) {
      if (!comparable(x, y)) continue;
      if (differingParts(x, y) < 2) return false;
      compared = true;
    }
  }
  return compared;
}

export function birthdaysAgree(a: readonly Birthday[], b: readonly Birthday[]): boolean {
  return a.some((x) =>
    b.some((y) => comparable(x, y) && x.year !== null && y.year !== null && differingParts(x, y) === 0),
  );
}

function comparable(x: Birthday, y: Birthday): boolean {
  return x.calendar === y.calendar && !isFillerBirthday(x) && !isFillerBirthday(y);
}

function differingParts(x: Birthday, y: Birthday): number {
  const yearDiffers = x.year !== null && y.year !== null && x.year !== y.year ? 1 : 0;
  if (x.month === y.day && x.day === y.month) return yearDiffers;
  // A missing year leaves month and day alone to judge, so that one of them must count for two.
  const weight = x.year === null || y.year === null ? 2 : 1;
  return yearDiffers + (x.month === y.month ? 0 : weight) + (x.day === y.day ? 0 : 1);
}
