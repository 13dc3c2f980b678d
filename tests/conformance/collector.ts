import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import {
  createSource,
  type CutValue,
  drainPipeline,
  type IdentifiedRecord,
  registerStages,
  rotateKey,
  type Source,
  type SourceKind,
  type SourceSettings,
} from "../../src/ingest/index.ts";
import { makeServer } from "../../src/server.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import type { TestWorld } from "../support/database.ts";

/** One request as it came over the wire. */
export interface Captured {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** A record as it reached the pipeline, with every token replaced by the value it stands for. */
export interface Delivered {
  readonly kind: string;
  readonly occurred_at: Date;
  readonly identities: readonly string[];
  readonly body: Record<string, unknown>;
}

export interface Collector {
  readonly url: string;
  readonly source: Source;
  readonly write_key: string;
  readonly captured: Captured[];
  /** Applies what was received and gives it back in order of arrival. */
  delivered(): Promise<Delivered[]>;
  counts(): Promise<{ accepted: number; duplicates: number; rejected: number }>;
  close(): Promise<void>;
}

/** Beyond this the platform takes what lies between sending and receiving for a wrong clock, and adds it (src/ingest/clock-skew.ts). */
const NETWORK_MS = 10_000;

/** Whether a record has the time of its message: the very same, or later by a way over the wire that a busy machine made long. */
export function isSameTime(record: Delivered, message_ms: number): boolean {
  const late_ms = record.occurred_at.getTime() - message_ms;
  return late_ms === 0 || late_ms > NETWORK_MS;
}

/** A real server on loopback with one source, whose pipeline ends in this test. */
export async function startCollector(
  world: TestWorld,
  kind: SourceKind,
  key: string,
  settings: SourceSettings = {},
): Promise<Collector> {
  const { ground, composition } = world;
  world.clock.set(new Date());
  const { source, write_key } = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const made = await createSource(tx, { key, name: key, kind, settings }, ground.clock.now());
    return { source: made, write_key: await rotateKey(tx, made.source_id, ground.clock.now(), 0) };
  });
  const app = await makeServer(composition, { ready: true });
  const captured: Captured[] = [];
  // SDKs send by their own clock: one that stood still here would be ten seconds behind it on a slow machine
  app.addHook("onRequest", async () => world.clock.set(new Date()));
  capture(app, captured);
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  const delivered: IdentifiedRecord[] = [];
  const clear = new Map<string, CutValue>();
  registerStages(ground, [
    {
      domain: "conformance",
      apply: async (_tx, _ground, records, batch) => {
        for (const [token, value] of batch.clear) clear.set(token, value);
        delivered.push(...records.filter((record) => record.source_id === source.source_id));
        return [];
      },
    },
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    source,
    write_key,
    captured,
    delivered: async () => {
      await drainPipeline(ground);
      return delivered.map((record) => ({
        kind: record.kind,
        occurred_at: record.occurred_at,
        identities: record.identities
          .map(({ kind: name, token }) => `${name}=${clear.get(token)?.value ?? "?"}`)
          .sort(),
        body: unseal(record.body, clear) as Record<string, unknown>,
      }));
    },
    counts: async () => {
      const { rows } = await ground.store.pool.query(
        `select coalesce(sum(accepted), 0)::int as accepted, coalesce(sum(duplicates), 0)::int as duplicates,
           coalesce(sum(rejected), 0)::int as rejected from ingest.inbox where source_id = $1`,
        [source.source_id],
      );
      return rows[0] as { accepted: number; duplicates: number; rejected: number };
    },
    close: () => app.close(),
  };
}

function capture(app: FastifyInstance, captured: Captured[]): void {
  app.addHook("preHandler", async (request) => {
    if (request.method === "OPTIONS") return;
    captured.push({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(
        Object.entries(request.headers).filter(([name]) =>
          ["content-type", "authorization", "content-encoding"].includes(name),
        ),
      ) as Record<string, string>,
      body: Buffer.isBuffer(request.body) ? Buffer.from(request.body) : Buffer.alloc(0),
    });
  });
}

function unseal(value: unknown, clear: ReadonlyMap<string, CutValue>): unknown {
  if (Array.isArray(value)) return value.map((element) => unseal(element, clear));
  if (typeof value !== "object" || value === null) return value;
  const { sealed } = value as { sealed?: unknown };
  if (typeof sealed === "string" && Object.keys(value).length === 1) return clear.get(sealed)?.value ?? `? ${sealed}`;
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, unseal(content, clear)]));
}

/** Sends every captured request again, byte for byte. */
export async function replay(collector: Collector): Promise<void> {
  // What is sent again is captured again.
  const sent = collector.captured.slice();
  for (const { method, url, headers, body } of sent) {
    const answer = await fetch(collector.url + url, {
      method,
      headers,
      ...(method === "POST" ? { body: new Uint8Array(body) } : {}),
    });
    if (!answer.ok) throw new Error(`replaying ${method} ${url.slice(0, 40)} was answered ${answer.status}`);
  }
}

/** Waits until `ready` says so; a test that waits in vain fails by its own limit. */
export async function until(ready: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await ready())) await new Promise((resolve) => setTimeout(resolve, 20));
}
