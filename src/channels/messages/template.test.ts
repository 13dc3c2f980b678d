import { describe, expect, it } from "vitest";
import { type Content, parseContent, renderContent, smsParts } from "./template.ts";

const inbox = (text: string): Content => ({ kind: "inbox", title: "好", text, variables: [] });
const scope = { variables: { points: 120, list: [1, 2] }, member: { name: "林", number: 7 } };
const words = (text: string) => renderContent(parseContent(inbox(text)), scope).text;

describe("a template", () => {
  it("reads its variables and the member it is for", () => {
    expect(words("{{ member.name }}：{{ points }} 分{% if points > 100 %}！{% endif %}")).toBe("林：120 分！");
  });

  it("has no way to repeat, to fetch or to read a file", () => {
    for (const text of [
      "{% for i in (1..100000000) %}x{% endfor %}",
      "{% tablerow i in (1..9) %}x{% endtablerow %}",
      "{% include 'secret' %}",
      "{% render '/etc/passwd' %}",
      "{% layout 'x' %}",
    ])
      expect(() => words(text), text).toThrow();
  });

  it("that grows without end is stopped by its memory", () => {
    const doubling = `{% assign a = "0123456789" %}${"{% assign a = a | append: a %}".repeat(60)}{{ a }}`;
    expect(() => words(doubling)).toThrow("memory");
    expect(() => words("{{ 'x' | append: (1..100000000) }}")).toThrow();
  });

  it("reads nothing else: no prototype, no process, no other member, and a missing variable is an error", () => {
    for (const text of [
      "{{ constructor }}",
      "{{ member.constructor.name }}",
      "{{ points.__proto__ }}",
      "{{ process.env.PATH }}",
      "{{ members[8].name }}",
      "{{ balance }}",
      "{{ points | no_such_filter }}",
    ])
      expect(() => words(text), text).toThrow();
  });

  it("of an SMS is billed as the operators do: 70 letters, or 67 in each of several, the signature counted", () => {
    expect([1, 70, 71, 134, 135].map((n) => smsParts("茶".repeat(n)))).toEqual([1, 1, 2, 2, 3]);
    const sms: Content = {
      kind: "sms",
      sign_name: "山野茶",
      service_template: "SMS_1",
      text: "您有${points}分",
      parameters: { points: "{{ points }}" },
      variables: ["points"],
    };
    expect(renderContent(parseContent(sms), scope)).toMatchObject({
      text: "【山野茶】您有120分",
      parameters: { points: "120" },
      parts: 1,
    });
    expect(() => renderContent(parseContent({ ...sms, text: "${other}" }), scope)).toThrow("other");
  });
});
