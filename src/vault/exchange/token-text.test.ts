import { expect, test } from "vitest";
import { isToken, tokensIn, withMoved } from "./token-text.ts";

const OLD = "8f3kZ-_pQ1xYtR5mNbV7cA";
const OTHER = "Aw3kZ-_pQ1xYtR5mNbV7cQ";
const NEW = "0000000000000000000000".replace(/0$/, "g");
const moved = new Map([[OLD, NEW]]);

test("a token is recognised by its form, and only as a whole", () => {
  expect(isToken(OLD)).toBe(true);
  expect(isToken(OLD.slice(1))).toBe(false);
  expect(isToken("accelerated_redemption")).toBe(false);
});

test.each([
  ["alone", OLD],
  ["in JSON", `[{"kind": "phone", "token": "${OLD}"}]`],
  ["as a property name", `{"sealed:${OLD}": 3}`],
  ["in an array", `{${OLD},${OLD}}`],
  ["in a hint", `full ${OLD} ${OTHER}`],
  ["in a key of limits", `household ${OLD} sms week 2026-48`],
  ["grown together with other characters", `x-${OLD}_9`],
])("%s it is found and replaced, and nothing else is", (_what, text) => {
  expect(tokensIn(text)).toContain(OLD);
  expect(withMoved(text, moved)).toBe(text.replaceAll(OLD, NEW));
  expect(tokensIn(withMoved(text, moved))).not.toContain(OLD);
});

test("a token that is not known stays", () => {
  expect(withMoved(`full ${OTHER} `, moved)).toBe(`full ${OTHER} `);
});
