import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DecodeContext } from "./decoded.ts";
import { minorOf } from "./decoded.ts";
import { localInstant, mappedFields, valueAt } from "./field-mapping.ts";
import { decodeSegment, segmentMessages } from "./segment.ts";
import { decodeSensors } from "./sensors.ts";
import { decodeSensorsForm, parseSensorsForm, sensorsCrc } from "./sensors-payload.ts";

const context: DecodeContext = {
  settings: {},
  received_at: new Date("2026-11-22T02:00:00Z"),
  timezone: "Asia/Shanghai",
  currency: "CNY",
};

describe("Sensors payloads", () => {
  test("any JSON comes back equal through gzip, base64 and percent-encoding, as query and as text", () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), fc.boolean(), (messages, gzip) => {
        const json = Buffer.from(JSON.stringify(messages));
        const encoded = (gzip ? gzipSync(json) : json).toString("base64");
        const form = parseSensorsForm(
          `data_list=${encodeURIComponent(encoded)}&gzip=${gzip ? 1 : 0}&crc=${sensorsCrc(encoded)}`,
        );
        const payload = decodeSensorsForm(form);
        expect(payload).toEqual({ messages: JSON.parse(JSON.stringify(messages)), crc: "right" });
      }),
    );
  });

  test("a checksum is the signed 32-bit one of the SDK; a wrong one is told, not refused", () => {
    expect(sensorsCrc("eyJhIjoxfQ==")).toBe(-1930075513);
    const encoded = Buffer.from("[]").toString("base64");
    expect(decodeSensorsForm({ data_list: encoded, crc: "1" })).toEqual({ messages: [], crc: "wrong" });
  });

  test("half a gzip, other bytes, nothing and encryption each say what they are", () => {
    const half = gzipSync(Buffer.from("[1]")).subarray(0, 12).toString("base64");
    expect(decodeSensorsForm({ data_list: half, gzip: "1" })).toEqual({ undecodable: "not whole gzip" });
    expect(decodeSensorsForm({ data: Buffer.from([0xff, 0xfe]).toString("base64") })).toEqual({
      undecodable: "not JSON in UTF-8",
    });
    expect(decodeSensorsForm({})).toEqual({ undecodable: "no data and no data_list" });
    const locked = Buffer.from(JSON.stringify({ pkv: 1, ekey: "x", payloads: ["y"] })).toString("base64");
    expect(decodeSensorsForm({ data: locked })).toEqual({ undecodable: "encrypted" });
  });
});

describe("decoding never throws", () => {
  test("whatever JSON a Segment or Sensors message is", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (messages) => {
        for (const decode of [
          () => decodeSegment(messages, undefined, context),
          () => decodeSensors(messages, context),
        ]) {
          const { records, rejects } = decode();
          expect(records.length + rejects.length).toBe(messages.length);
        }
      }),
    );
  });

  test("a message of a known type with any content", () => {
    const type = fc.constantFrom(
      "track",
      "identify",
      "page",
      "screen",
      "group",
      "alias",
      "profile_set",
      "item_set",
      "track_signup",
    );
    fc.assert(
      fc.property(
        type,
        fc.dictionary(
          fc.constantFrom(
            "properties",
            "traits",
            "context",
            "userId",
            "distinct_id",
            "time",
            "timestamp",
            "identities",
            "event",
          ),
          fc.jsonValue(),
        ),
        (name, fields) => {
          decodeSegment([{ ...fields, type: name }], undefined, context);
          decodeSensors([{ ...fields, type: name }], context);
        },
      ),
    );
  });
});

test("a batch's context is merged below each message's own", () => {
  const payload = {
    batch: [{ type: "track", context: { locale: "zh-CN" } }],
    context: { locale: "en", ip: "1.2.3.4" },
  };
  expect(segmentMessages(payload)).toEqual([{ type: "track", context: { locale: "zh-CN", ip: "1.2.3.4" } }]);
});

test.each([
  ["88.5", 8850],
  [0.1, 10],
  ["-19.905", -1991],
  ["1e3", undefined],
  ["", undefined],
  [19.99, 1999],
])("%s in minor units is %s", (text, expected) => {
  expect(minorOf(text)).toBe(expected);
});

test("paths walk objects and lists and end at nothing", () => {
  const payload = { data: { lines: [{ sku: "T-1" }] } };
  expect([
    valueAt(payload, "data.lines[0].sku"),
    valueAt(payload, "$.data.lines.0.sku"),
    valueAt(payload, "data.none.sku"),
    valueAt(payload, "constructor"),
  ]).toEqual(["T-1", "T-1", undefined, undefined]);
});

test("a time without zone is the brand's", () => {
  expect(localInstant("2026-11-20 10:00:00", "Asia/Shanghai")).toBe("2026-11-20T02:00:00.000Z");
  expect(localInstant("2026-07-01", "America/New_York")).toBe("2026-07-01T04:00:00.000Z");
});

test("conversions of a mapping", () => {
  const fields = {
    a: { path: "n", as: "minor_absolute" },
    b: { path: "t", as: "unix_seconds" },
    c: { path: "s", map: { "1": "paid", "*": "placed" } },
    d: { value: "mall" },
  } as const;
  expect(mappedFields(fields, { n: "-2.5", t: 1_795_312_800, s: 1 }, context)).toEqual({
    a: 250,
    b: "2026-11-22T02:00:00.000Z",
    c: "paid",
    d: "mall",
  });
});
