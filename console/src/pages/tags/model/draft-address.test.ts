import { describe, expect, it } from "vitest";
import { emptyDraft } from "../../segments/model/draft.ts";
import { readDraft, writeDraft } from "./draft-address.ts";
import { type MadeDraft, newDraft } from "./made-tag.ts";

const filled: MadeDraft = {
  ...newDraft(),
  name: "高频“茶客”",
  shape: "bands",
  rules: [
    { value: "v1", label: "常来", condition: emptyDraft() },
    {
      value: "v2",
      label: "",
      condition: {
        ...emptyDraft(),
        join: "any",
        children: [{ type: "attribute", id: "n2", subject: "tag:gender", operator: "in", values: ["female"] }],
      },
    },
  ],
  otherwise: "其余",
  history: {
    subject: "orders",
    measure: "net",
    window: { kind: "calendar", unit: "month", back: 1 },
    where: [{ field: "store_code", operator: "in", values: ["S001"] }],
  },
  source: { from: "fact", subject: "tag:spend_365d" },
  bands: [
    { value: "v1", label: "低", below: "99.5" },
    { value: "v2", label: "", below: "" },
  ],
};

describe("a tag being made, as a link", () => {
  it("comes back as it was, half filled or full", () => {
    const fresh = newDraft();
    expect(readDraft(writeDraft(fresh))).toEqual(fresh);
    expect(readDraft(writeDraft(filled))).toEqual(filled);
    expect(writeDraft(filled)).toMatch(/^[\w-]+$/);
  });

  it("is refused where it was cut off or is something else", () => {
    const whole = writeDraft(filled);
    for (const text of ["", "bm90IGEgZHJhZnQ", whole.slice(0, -9), btoa("[]"), btoa("[[],1,2]")])
      expect([text, readDraft(text)]).toEqual([text, null]);
  });
});
