import { expect, it } from "vitest";
import { chain, GENESIS, systemEntry } from "./entry.ts";

it("a phone number is masked wherever a subject has it: in a reason, and where an address should have an id", () => {
  const { subject } = chain(
    systemEntry(new Date(0), "x", { id: 13912345678, reason: "本人 13912345678 要求", member_id: 1391234567, n: -0.5 }),
    1,
    GENESIS,
  );
  expect(JSON.parse(subject)).toEqual({
    id: "139****5678",
    reason: "本人 139****5678 要求",
    member_id: 1391234567,
    n: -0.5,
  });
});
