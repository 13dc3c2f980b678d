import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import type { ClearRecord } from "../../src/ingest/index.ts";
import { KINDS } from "../../src/ingest/index.ts";
import { checkBody, kindInfo } from "../../src/ingest/validation.ts";
import { normalise } from "../../src/vault/index.ts";
import { firstPhone, PERSONS_MAX, secondPhone } from "./phones.ts";
import type { SourceName } from "./sheet.ts";
import { type Batch, records, sliceDays } from "./stream.ts";
import { createWorld, type World } from "./world.ts";

const UNTIL = new Date("2026-11-22T08:00:00Z");
const MEMBERS = process.env["HUITOU_LONG"] === "1" ? 1_500 : 600;
const small = (over: Partial<Parameters<typeof createWorld>[0]> = {}): World =>
  createWorld({ members: MEMBERS, seed: 5, until: UNTIL, ...over });

async function batchesOf(world: World, size?: number): Promise<Batch[]> {
  const list: Batch[] = [];
  for await (const batch of records(world, size === undefined ? {} : { batch_records_max: size })) list.push(batch);
  return list;
}

function all(batches: readonly Batch[]): { source: SourceName; record: ClearRecord }[] {
  return batches.flatMap(({ source, records: list }) => list.map((record) => ({ source, record })));
}

function fingerprint(batches: readonly Batch[]): string {
  return createHash("sha256").update(JSON.stringify(batches)).digest("hex");
}

const batches = await batchesOf(small());
const delivered = all(batches);
const once = [...new Map(delivered.map((one) => [`${one.source}|${one.record.key}`, one])).values()];

describe("a world", () => {
  it("is the same for the same seed and another for another seed", async () => {
    expect(fingerprint(await batchesOf(small()))).toBe(fingerprint(batches));
    expect(fingerprint(await batchesOf(small({ seed: 6 })))).not.toBe(fingerprint(batches));
  });

  it("lives on when its end moves and its start stays", async () => {
    const from = new Date(small().from);
    const sixDays = 6 * 86_400_000;
    const later = await batchesOf(small({ from, until: new Date(UNTIL.getTime() + sixDays), untidy: false }));
    const tidy = all(await batchesOf(small({ untidy: false })));
    const afterwards = new Map(all(later).map(({ source, record }) => [`${source}|${record.key}`, record]));
    const changed = tidy.filter(
      ({ source, record }) => !isDeepStrictEqual(afterwards.get(`${source}|${record.key}`), record),
    );
    expect(changed).toEqual([]);
    expect(afterwards.size).toBeGreaterThan(tidy.length);
  });

  it("has every kind of the record vocabulary", () => {
    const kinds = new Set(delivered.map(({ record }) => record.kind));
    // agreed to for the templates of the demo, which the world knows nothing of (notices.ts)
    expect(KINDS.map((info) => info.kind).filter((kind) => !kinds.has(kind))).toEqual(["subscription"]);
  });

  it("sends nothing that the vocabulary refuses or does not know", () => {
    const problems = once.flatMap(({ record }) => {
      const info = kindInfo(record.kind);
      if (info === undefined) return [`no kind ${record.kind}`];
      const checked = checkBody(info, record.body, record.key ?? "", UNTIL.getTime());
      const extra = checked.extra === undefined ? [] : [`${record.kind} has ${Object.keys(checked.extra).join(", ")}`];
      return [...checked.problems.map((problem) => `${problem.code} ${problem.field}`), ...extra];
    });
    expect(problems).toEqual([]);
  });

  it("names somebody in every record about a person, sales and returns apart", () => {
    const nameless = once.filter(({ record }) => {
      if (kindInfo(record.kind)?.personal !== true || record.kind === "order" || record.kind === "return") return false;
      return !record.identities.some(({ kind, value }) => "value" in normalise(kind, value));
    });
    expect(nameless.map(({ record }) => record.key)).toEqual([]);
  });

  it("ends before its end and begins with the masters", () => {
    const instants = delivered.map(({ record }) => new Date(record.occurred_at).getTime());
    expect(Math.max(...instants)).toBeLessThan(UNTIL.getTime());
    expect(batches[0]?.records[0]?.kind).toBe("store");
    // Alive to the end: something on the last day.
    expect(Math.max(...instants)).toBeGreaterThan(UNTIL.getTime() - 86_400_000);
  });

  it("keeps batches within their size and in the order of arrival", async () => {
    const cut = await batchesOf(small(), 200);
    expect(Math.max(...cut.map((batch) => batch.records.length))).toBeLessThanOrEqual(200);
    expect(all(cut)).toEqual(delivered);
    const untils = cut.map((batch) => batch.until);
    expect(untils).toEqual([...untils].sort((a, b) => a - b));
  });

  it("is untidy only when asked: late, repeated and out of order at a small rate", async () => {
    const tidy = all(await batchesOf(small({ untidy: false })));
    expect(tidy.length).toBe(once.length);
    const repeated = delivered.length - once.length;
    expect(repeated / once.length).toBeGreaterThan(0.003);
    expect(repeated / once.length).toBeLessThan(0.008);
    expect(disorder(tidy)).toBe(0);
    expect(disorder(delivered)).toBeGreaterThan(20);
  });

  it("holds only a part of itself in memory, however long it lasts", async () => {
    const peakOf = async (days: number): Promise<number> => {
      let peak = 0;
      const world = small({ from: new Date(UNTIL.getTime() - days * 86_400_000) });
      for await (const _ of records(world, { watch: (held) => (peak = Math.max(peak, held)) })) continue;
      return peak;
    };
    // The first slice brings in everybody who joined before, the same for both.
    const [one, two] = [await peakOf(365), await peakOf(730)];
    expect(two).toBeLessThan(1.5 * one);
    expect(two).toBeLessThan(once.length / 5);
  });

  it("makes bigger worlds in shorter slices", () => {
    expect(sliceDays(small({ members: 1_000_000 }))).toBeLessThan(sliceDays(small()));
    expect(() => small({ members: PERSONS_MAX + 1 })).toThrow(RangeError);
    expect(() => small({ members: 0 })).toThrow(RangeError);
  });
});

/** How often a record of one source stands behind one that happened later. */
function disorder(list: readonly { source: SourceName; record: ClearRecord }[]): number {
  const last = new Map<string, number>();
  let count = 0;
  for (const { source, record } of list) {
    if (["store", "staff", "product", "item"].includes(record.kind)) continue;
    const at = new Date(record.occurred_at).getTime();
    // Tills write whole seconds.
    if (at < (last.get(source) ?? 0) - 1_000) count++;
    last.set(source, Math.max(at, last.get(source) ?? 0));
  }
  return count;
}

describe("phone numbers", () => {
  it("never meet, stay in their block and count as phones", () => {
    const numbers = new Set<string>();
    for (let index = 0; index < PERSONS_MAX; index += 997) {
      numbers.add(firstPhone(index)).add(secondPhone(index));
      expect(firstPhone(index)).toMatch(/^1990\d{7}$/);
    }
    expect(numbers.size).toBe(2 * Math.ceil(PERSONS_MAX / 997));
    expect(normalise("phone", firstPhone(0))).toEqual({ value: `+86${firstPhone(0)}` });
  });
});
