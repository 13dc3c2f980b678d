import { describe, expect, it } from "vitest";
import {
  type Birthday,
  birthdaysAgree,
  birthdaysDiffer,
  namesAgree,
  namesDiffer,
  type NameTrait,
  readName,
} from "./person-trait.ts";

const trait = (text: string): NameTrait => {
  const { form, whole, surname } = readName(text);
  return { form, token: whole, surname };
};
const differ = (a: string, b: string) => namesDiffer([trait(a)], [trait(b)]);
const agree = (a: string, b: string) => namesAgree([trait(a)], [trait(b)]);

describe("names", () => {
  it.each([
    ["王丽", "full", "王"],
    [" 王 丽 ", "full", "王"],
    ["欧阳明", "full", "欧阳"],
    ["王女士", "titled", "王"],
    ["欧阳先生", "titled", "欧阳"],
    ["王**", "titled", "王"],
    ["小满", "other", null],
    ["不喝奶茶", "other", null],
    ["微信用户", "other", null],
    ["🍵茶茶", "other", null],
    ["tea_lover88", "other", null],
    ["John Smith", "foreign", "smith"],
    ["阿卜杜拉·买买提", "full", null],
  ])("reads %s as %s with surname %s", (text, form, surname) => {
    expect(readName(text)).toMatchObject({ form, surname });
  });

  it("two whole names differ, a title fits its surname, a nickname says nothing", () => {
    expect(differ("王丽", "李强")).toBe(true);
    expect(differ("王丽", "王敏")).toBe(true);
    expect(differ("王丽", "王女士")).toBe(false);
    expect(differ("王丽", "李女士")).toBe(true);
    expect(differ("王丽", "小满")).toBe(false);
    expect(differ("王丽", "Tea Lover")).toBe(false);
    expect(agree("王 丽", "王丽")).toBe(true);
    expect(agree("王女士", "王女士")).toBe(false);
    expect(agree("小满", "小满")).toBe(false);
  });

  it("one name in common is enough not to differ", () => {
    expect(namesDiffer([trait("王丽"), trait("王莉")], [trait("王莉"), trait("李强")])).toBe(false);
  });
});

describe("birthdays", () => {
  const born = (text: string, calendar: Birthday["calendar"] = "solar"): Birthday => {
    const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
    return { year: year === 0 ? null : year, month, day, calendar };
  };
  const different = (a: Birthday, b: Birthday) => birthdaysDiffer([a], [b]);

  it("differ when two of year, month and day do; one slip or an exchange does not", () => {
    expect(different(born("1980-03-04"), born("1978-07-09"))).toBe(true);
    expect(different(born("1980-03-04"), born("1980-03-05"))).toBe(false);
    expect(different(born("1980-03-04"), born("1980-04-03"))).toBe(false);
    expect(different(born("1980-03-04"), born("1981-04-04"))).toBe(true);
  });

  it("a filler, another calendar or a missing one proves nothing", () => {
    expect(different(born("1980-03-04"), born("1990-01-01"))).toBe(false);
    expect(different(born("1980-03-04"), born("1900-07-09"))).toBe(false);
    expect(different(born("1980-03-04"), born("1978-07-09", "lunar"))).toBe(false);
    expect(birthdaysAgree([born("1990-01-01")], [born("1990-01-01")])).toBe(false);
    expect(birthdaysDiffer([], [born("1980-03-04")])).toBe(false);
  });

  it("agree only when the whole date is the same; a date without its year never does", () => {
    expect(birthdaysAgree([born("1980-03-04")], [born("1980-03-04")])).toBe(true);
    expect(birthdaysAgree([born("0-03-04")], [born("0-03-04")])).toBe(false);
    expect(different(born("0-03-04"), born("1980-05-04"))).toBe(true);
  });
});
