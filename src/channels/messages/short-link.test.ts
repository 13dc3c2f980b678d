import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Vault } from "../../vault/index.ts";
import { createHash } from "node:crypto";
import { hostsOf, linkCode, readCode } from "./short-link.ts";
import { parseContent, renderContent } from "./template.ts";

const vault = {
  contentToken: (what: string, content: string) =>
    createHash("sha256").update(`key|${what}|${content}`).digest().subarray(0, 16).toString("base64url"),
} as unknown as Vault;
const ground = { vault };
const scope = { variables: { code: "A7" }, member: { name: "林", number: 1 } };
const mail = (text: string) => parseContent({ kind: "email", title: "新茶", text, variables: ["code"] });

describe("codes of short links", () => {
  it("name their message and link, and none other is taken: property over messages, places and changed letters", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        fc.integer({ min: 0, max: 9 }),
        fc.nat(),
        fc.constantFrom(..."0Aaz"),
        (message_id, place, at, letter) => {
          const code = linkCode(ground, message_id, place);
          expect(code).toMatch(/^[0-9A-Za-z]{10,18}$/);
          expect(readCode(ground, code)).toEqual({ message_id, place });
          const index = at % code.length;
          const other = `${code.slice(0, index)}${letter}${code.slice(index + 1)}`;
          if (other !== code) expect(readCode(ground, other)).toBeUndefined();
          expect(readCode(ground, `0${code}`)).toBeUndefined();
        },
      ),
    );
  });
});

describe("links in a template", () => {
  it("stand where the filter is, each with its own code, and lead to hosts that its words name", () => {
    const parsed = mail(
      '新品 {{ "https://shop.example/new?c=" | append: code | short_link }} 门店 {{ "https://map.example/1" | short_link: 30 }}',
    );
    const { text, links } = renderContent(parsed, {
      ...scope,
      links: { base: "https://t.example/s/", codeOf: (place) => `CODE${place}` },
    });
    expect(text).toBe("新品 https://t.example/s/CODE0 门店 https://t.example/s/CODE1");
    expect(links).toEqual([
      { place: 0, target: "https://shop.example/new?c=A7", days: 90 },
      { place: 1, target: "https://map.example/1", days: 30 },
    ]);
    expect(renderContent(parsed, scope).links).toHaveLength(2);
  });

  it("are no open redirect: an address from a variable, another scheme, a password, a port, too many are refused", () => {
    const refuses = (text: string, code: unknown) =>
      expect(() => renderContent(mail(text), { ...scope, variables: { code } }), text).toThrow();
    refuses("{{ code | short_link }}", "https://evil.example/");
    refuses('{{ "https://" | append: code | short_link }}', "evil.example");
    refuses('{{ "https://shop.example" | append: code | short_link }}', ".evil.example/x");
    refuses('{{ "https://shop.example" | append: code | short_link }}', "@evil.example/x");
    refuses('{{ "http://shop.example/" | short_link }}', "");
    refuses('{{ "javascript:alert(1)//https://shop.example/" | short_link }}', "");
    refuses('{{ "https://shop.example/" | short_link: 4000 }}', "");
    refuses('{{ "https://shop.example/" | short_link }}'.repeat(11), "");
    expect([...hostsOf('"https://a.example/x" https://{{ b }} https://c.example{{ d }} https://E.example')]).toEqual([
      "a.example",
      "e.example",
    ]);
  });
});
