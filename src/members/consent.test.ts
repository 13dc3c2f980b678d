import { describe, expect, it } from "vitest";
import type { IdentifiedRecord } from "../ingest/index.ts";
import { consentsOf, consentState } from "./consent.ts";

const record = (kind: string, body: Record<string, unknown>): IdentifiedRecord => ({
  record_id: "00000000-0000-4000-8000-000000000001",
  source_id: 1,
  source_key: "crm",
  undoable: false,
  kind,
  occurred_at: new Date("2026-05-01T00:00:00Z"),
  received_at: new Date("2026-05-01T00:00:01Z"),
  identities: [],
  body,
  party_id: 7,
});

describe("consent", () => {
  it("a yes is consent only with the version of its text, its time and its place; a no needs no proof", () => {
    const proven = { granted: true, text_version: "1", at: "2026-01-01T00:00:00Z", via: "till" };
    expect(consentState(proven)).toBe("granted");
    for (const missing of ["text_version", "at", "via"]) {
      expect(consentState({ ...proven, [missing]: null })).toBe("unproven");
      expect(consentState({ ...proven, granted: false, [missing]: null })).toBe("withdrawn");
    }
  });

  it("reads the list of a member record; of a contradiction at one time the no counts", () => {
    const item = { purpose: "marketing", channel: "sms", at: "2026-01-01T00:00:00Z" };
    const rows = consentsOf(
      record("member", {
        consents: [
          { ...item, granted: false },
          { ...item, granted: true },
        ],
      }),
      7,
    );
    expect(rows).toMatchObject([{ party_id: 7, purpose: "marketing", medium: "sms", state: "withdrawn" }]);
  });

  it("reads a consent event, whose time is the event's own", () => {
    const said = { purpose: "marketing", medium: "email", granted: true, text_version: "2", via: "app" };
    const [row] = consentsOf(record("consent", said), 7);
    expect(row).toMatchObject({ state: "granted", medium: "email", at: new Date("2026-05-01T00:00:00Z") });
  });

  it("leaves alone what says nothing", () => {
    expect(consentsOf(record("member", { consents: [{ purpose: "marketing" }] }), 7)).toEqual([]);
    expect(consentsOf(record("browse", {}), 7)).toEqual([]);
  });
});
