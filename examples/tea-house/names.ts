import type { Random } from "./random.ts";

/** Common Chinese surnames and given-name characters, put together at random: no list of real people. */
const SURNAMES =
  "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔";
const GIVEN_FEMALE = "芳娜敏静丽艳娟霞秀玲桂英华慧巧美云莲真雪荣爱妹香月莺媛红春菊兰凤洁梅琳素倩婷雅欣怡梦";
const GIVEN_MALE = "伟强磊军洋勇杰涛明超平刚辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林阳志建文博昊天睿泽";
const COMPOUND = ["欧阳", "上官", "司马", "诸葛"];
const NICKNAMES = [
  "小满",
  "山里的猫",
  "一盏茶",
  "Tea Lover",
  "阿茶",
  "慢半拍",
  "清风",
  "不喝奶茶",
  "半糖",
  "云上",
  "momo",
  "老白茶",
];
const EMOJI = ["🍵", "🌿", "🐱", "🌙", "🍃", "✨", "👨‍👩‍👧", "🏔️", "🫖"];

/** A full name, 2 to 4 characters. */
export function fullName(random: Random, gender: "female" | "male"): string {
  const surname = random.chance(0.01) ? random.pick(COMPOUND) : random.pick([...SURNAMES]);
  const given = [...(gender === "female" ? GIVEN_FEMALE : GIVEN_MALE)];
  return surname + random.pick(given) + (random.chance(0.72) ? random.pick(given) : "");
}

/** How a hurried clerk writes a name: "王女士". */
export function courtesyName(name: string, gender: "female" | "male"): string {
  return `${[...name][0] ?? "王"}${gender === "female" ? "女士" : "先生"}`;
}

/** A WeChat nickname; about a third carry an emoji. */
export function nickname(random: Random): string {
  const base = random.pick(NICKNAMES);
  if (random.chance(0.35)) return random.chance(0.5) ? base + random.pick(EMOJI) : random.pick(EMOJI) + base;
  return base;
}

export const OCCUPATIONS = [
  "企业职员",
  "教师",
  "自由职业",
  "个体经营",
  "公务员",
  "医护",
  "工程师",
  "学生",
  "退休",
] as const;
