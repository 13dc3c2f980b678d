import { describe, expect, it } from "vitest";
import { type Content, parseContent, renderContent } from "./template.ts";
import { checkWechatField } from "./wechat-fields.ts";

const fits = (name: string, value: string) => {
  try {
    checkWechatField(name, value);
    return true;
  } catch {
    return false;
  }
};

describe("fields of a subscribe message take what WeChat takes, and nothing else", () => {
  it.each([
    ["thing1", "岩茶肉桂·二两装", "字".repeat(21)],
    ["thing1", "字".repeat(20), "两\n行"],
    ["number2", "1280.50", "1,280"],
    ["letter3", "ABC", "AB1"],
    ["symbol4", "★☆", "abc"],
    ["character_string5", "SO-2026-001", "订单001"],
    ["time6", "2026年10月1日 15:01", "明天下午"],
    ["time6", "15:01~16:30", "25"],
    ["date7", "2026-12-31", "12月31日"],
    ["date7", "2026年12月31日 09:00", "年底"],
    ["amount8", "￥128.00", "12345678901"],
    ["amount8", "20元", "二十元"],
    ["phone_number9", "400-800-1234", "请致电"],
    ["car_number10", "沪A12345", "沪A123456789"],
    ["name11", "王小明", "王小明Wang"],
    ["name11", "Wang Xiaoming", "王".repeat(11)],
    ["phrase12", "已到期", "已到期了吗啊"],
  ])("%s takes %s and not %s", (name, good, bad) => {
    expect([fits(name, good), fits(name, bad), fits(name, "")]).toEqual([true, false, false]);
  });

  it("a value that is too long makes the words unreadable, naming field and limit, instead of being cut in silence", () => {
    const content: Content = {
      kind: "wechat",
      title: "到货提醒",
      service_template: "hD-ixGOhYmUfjOnI8MCzQMPshzGVeux_2vzyvQu7O68",
      text: "商品：{{thing1.DATA}}",
      parameters: { thing1: '{{ product | truncate: 20, "…" }}' },
      variables: ["product"],
    };
    const render = (one: Content, product: string) =>
      renderContent(parseContent(one), { variables: { product }, member: { name: "林", number: 1 } });
    expect(render(content, "字".repeat(40)).text).toBe(`商品：${"字".repeat(19)}…`);
    expect(() => render({ ...content, parameters: { thing1: "{{ product }}" } }, "字".repeat(21))).toThrow(
      /thing1.*20 个以内字符/,
    );
    expect(() => render({ ...content, parameters: {} }, "茶")).toThrow(/no field thing1/);
  });
});
