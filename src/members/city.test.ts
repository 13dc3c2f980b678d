import { expect, test } from "vitest";
import { readCity } from "./city.ts";

test.each([
  ["杭州", "杭州", "new_first"],
  ["杭州市", "杭州", "new_first"],
  [" 浙江省 杭州市 ", "杭州", "new_first"],
  ["浙江杭州西湖区", "杭州", "new_first"],
  ["上海市区", "上海", "first"],
  ["上海市", "上海", "first"],
  ["北京市朝阳区", "北京", "first"],
  ["南京市市辖区", "南京", "new_first"],
  ["深圳特区", "深圳", "first"],
  ["吉林省长春市", "长春", "second"],
  ["吉林", "吉林", "lower"],
  ["吉林市", "吉林", "lower"],
  ["内蒙古自治区包头市", "包头", "lower"],
  ["张家口", "张家口", "lower"],
  ["香港", "香港", "outside"],
])("%s is %s, %s", (text, name, tier) => {
  expect(readCity(text)).toEqual({ name, tier });
});

test.each(["抗州", "苏洲", "朝阳区", "昆山", "Hangzhou", "", "市", "浙江", "广东省"])(
  "%s is no city that is known: nothing is guessed",
  (text) => {
    expect(readCity(text)).toBeNull();
  },
);
