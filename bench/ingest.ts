import { type ChildProcess, spawn } from "node:child_process";
import { Agent, request } from "node:http";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { type Composition, compose } from "../src/composition.ts";
import { loadConfig } from "../src/config.ts";
import { loadDomains } from "../src/domains.ts";
import { systemClock } from "../src/platform/clock.ts";
import { makeLog } from "../src/platform/log.ts";
import type { Bench, Figure } from "./main.ts";

const EVENTS = Number(process.env["BENCH_EVENTS"] ?? 150_000);
/** Everybody three times: connections, compilation and the caches of a server that has been up for a minute. */
const WARM_EVENTS = 60_000;
const CONNECTIONS = 16;
const PEOPLE = 20_000;
/** An instant, and the quote and brace behind it. */
const STAMP_BYTES = 26;
const CONCURRENT_BAR = 0.45;
const TIMELINE_BAR = 15_000;

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
  readonly write_key: string;
}

/** Events as an SDK writes them: mostly views, some searches and carts, a custom one now and then. */
function event(n: number, run: string): object {
  const person = (n * 7_919) % PEOPLE;
  const common = {
    type: "track",
    messageId: `node-next-${run}-${n}`,
    userId: `user-${person}`,
    anonymousId: `5f2c8d1e-${String(person).padStart(4, "0")}-4b1f-9d65-0a1b2c3d4e5f`,
    timestamp: new Date(1_795_300_000_000 + n * 11).toISOString(),
    context: { library: { name: "@segment/analytics-node", version: "3.1.0" } },
    integrations: {},
    _metadata: { nodeVersion: "v24.21.0", jsRuntime: "node" },
  };
  const sku = `T-${n % 500}`;
  switch (n % 10) {
    case 0:
      return { ...common, event: "Products Searched", properties: { query: `乌龙 ${n % 97}` } };
    case 1:
      return {
        ...common,
        event: "Product Added",
        properties: { product_id: sku, category: "乌龙", quantity: 1, price: 88.5 },
      };
    case 2:
      return { ...common, event: "Coupon Viewed", properties: { coupon_id: `C-${n % 50}`, place: "home" } };
    default:
      return {
        ...common,
        event: "Product Viewed",
        properties: { product_id: sku, category: "乌龙", name: "铁观音 100g", price: 88.5 },
      };
  }
}

function bodies(run: string, size: number, write_key: string, count: number): Buffer[] {
  const made: Buffer[] = [];
  for (let first = 0; first < count; first += size) {
    const batch = Array.from({ length: Math.min(size, count - first) }, (_, i) => event(first + i, run));
    made.push(Buffer.from(JSON.stringify({ batch, writeKey: write_key, sentAt: new Date().toISOString() })));
  }
  return made;
}

function post(agent: Agent, server: Server, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "application/json",
      "content-length": body.length,
      authorization: `Basic ${Buffer.from(`${server.write_key}:`).toString("base64")}`,
    };
    const sent = request(
      { port: server.port, host: "127.0.0.1", path: "/v1/batch", method: "POST", agent, headers },
      (answer) => {
        answer.resume();
        answer.once("end", () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`answered ${answer.statusCode}`)),
        );
      },
    );
    sent.once("error", reject);
    sent.end(body);
  });
}

/** The sender stamps a batch when it sends it, as SDKs do: `sentAt` is the last thing in the body. */
function stamp(body: Buffer): Buffer {
  body.write(new Date().toISOString(), body.length - STAMP_BYTES);
  return body;
}

/** Sends all bodies over the connections. @returns events per second, from the first byte to the last answer. */
async function send(server: Server, all: readonly Buffer[], events: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (next < all.length) {
        const body = all[next] as Buffer;
        next += 1;
        await post(agent, server, stamp(body));
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  return events / seconds;
}

/** Raw COPY of the rows just stored into a table with the same columns and indexes, committed durably. */
async function rawCopy(composition: Composition): Promise<number> {
  const client = new pg.Client({ connectionString: composition.databases.admin_url });
  await client.connect();
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of client.query(copyTo("copy ingest.record to stdout"))) chunks.push(chunk as Buffer);
    await client.query("create table ingest.bench_record (like ingest.record including all)");
    const began = performance.now();
    await pipeline(Readable.from(chunks), client.query(copyFrom("copy ingest.bench_record from stdin")));
    const seconds = (performance.now() - began) / 1000;
    const { rows } = await client.query<{ n: number }>("select count(*)::int as n from ingest.bench_record");
    await client.query("drop table ingest.bench_record");
    return (rows[0]?.n ?? 0) / seconds;
  } finally {
    await client.end();
  }
}

/** Has the server apply everything that waits. @returns events per second to the timeline */
async function drain({ child }: Server): Promise<number> {
  const answered = answerOf(child);
  child.stdin?.write("drain\n");
  const { applied, seconds } = JSON.parse(await answered) as { applied: number; seconds: number };
  return applied / seconds;
}

function answerOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the server ended with ${code}`));
    child.once("exit", ended);
    child.stdout?.once("data", (data: Buffer) => {
      child.off("exit", ended);
      resolve(data.toString());
    });
  });
}

async function startServer(data_dir: string, database_url: string): Promise<Server> {
  // as `npm start` runs it: a young generation of 32 MB took 27,300 events/s to 38,000, collecting in the serving thread
  // another 20,400 to 21,600: the collector's threads took the core that PostgreSQL needs (two shared cores)
  const program = fileURLToPath(new URL("./ingest-server.ts", import.meta.url));
  const child = spawn(process.execPath, ["--max-semi-space-size=32", "--single-threaded-gc", program], {
    env: { ...process.env, HUITOU_DATA: data_dir, DATABASE_URL: database_url },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const line = await answerOf(child);
  return { child, ...(JSON.parse(line) as { port: number; write_key: string }) };
}

async function stored(composition: Composition): Promise<number> {
  const { rows } = await composition.ground.store.pool.query<{ n: number }>(
    "select count(*)::int as n from ingest.record",
  );
  return rows[0]?.n ?? 0;
}

function ratioFigure(name: string, value: number, reference: number): Figure {
  const ratio = value / reference;
  return {
    name,
    value,
    unit: "events/s",
    reference,
    ratio,
    bar: `≥ ${CONCURRENT_BAR} × raw COPY`,
    met: ratio >= CONCURRENT_BAR,
  };
}

async function run(): Promise<readonly Figure[]> {
  const data_dir = await mkdtemp(join(tmpdir(), "huitou-ingest-"));
  await chmod(data_dir, 0o755);
  const composition = await compose({
    config: loadConfig({ HUITOU_DATA: data_dir }),
    clock: systemClock,
    log: makeLog("error"),
    domains: await loadDomains(),
  });
  const server = await startServer(data_dir, composition.databases.admin_url);
  try {
    await send(server, bodies("warm", 100, server.write_key, WARM_EVENTS), WARM_EVENTS);
    await drain(server);
    const before = await stored(composition);
    const all = bodies("hundreds", 100, server.write_key, EVENTS);
    const hundreds = await send(server, all, EVENTS);
    const timeline = await drain(server);
    const added = (await stored(composition)) - before;
    if (added !== EVENTS) throw new Error(`${added} events were stored, ${EVENTS} were sent`);
    const copied = await rawCopy(composition);
    const twenties = await send(server, bodies("twenties", 20, server.write_key, WARM_EVENTS), WARM_EVENTS);
    const total = await stored(composition);
    await send(server, all.slice(0, 50), 5_000);
    if ((await stored(composition)) !== total) throw new Error("events sent again were stored again");
    return [
      ratioFigure("ingest.batches_of_100", hundreds, copied),
      { ...ratioFigure("ingest.batches_of_20", twenties, copied), bar: "reported", met: true },
      {
        name: "ingest.to_timeline",
        value: timeline,
        unit: "events/s",
        reference: null,
        ratio: null,
        bar: `≥ ${TIMELINE_BAR}`,
        met: timeline >= TIMELINE_BAR,
      },
    ];
  } finally {
    server.child.kill("SIGTERM");
    await new Promise((resolve) => server.child.once("exit", resolve));
    await composition.close();
    await rm(data_dir, { recursive: true, force: true });
  }
}

export const benches: readonly Bench[] = [{ name: "ingest", run }];
