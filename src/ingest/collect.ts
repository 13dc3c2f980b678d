import type { Ground } from "../ground.ts";
import { problem, sleep } from "../platform/index.ts";
import { accept, type AcceptResult } from "./accept.ts";
import type { Gate } from "./gate.ts";
import { LIMITS } from "./limits.ts";
import { ingestMetrics } from "./metrics.ts";
import type { Decoded, DecodeContext } from "./protocols/decoded.ts";
import { decodeSensors } from "./protocols/sensors.ts";
import { decodeSensorsForm, type SensorsForm } from "./protocols/sensors-payload.ts";
import type { Source } from "./source.ts";
import type { Spool, Spooled } from "./spool.ts";

export function decodeContext(ground: Ground, source: Source, received_at: Date): DecodeContext {
  return { settings: source.settings, received_at, timezone: ground.config.timezone, currency: ground.config.currency };
}

/** Seconds after which a refused request should come again, on the problem for the HTTP layer. */
export function retryAfter(error: Error, seconds: number): Error {
  return Object.assign(error, { retry_after_seconds: seconds });
}

/** @throws ingest.rate_exceeded when the source has used up its rate */
export function takeRate(gate: Gate, source: Source, count: number): void {
  const wait = gate.take(source, count);
  if (wait === 0) return;
  throw retryAfter(
    problem("ingest.rate_exceeded", { source: source.key, limit: source.rate_per_second_max, retry_after: wait }),
    wait,
  );
}

/** @throws ingest.batch_too_many */
export function limitEvents(count: number): void {
  if (count <= LIMITS.batch_events_max) return;
  throw problem("ingest.batch_too_many", { events: count, limit: LIMITS.batch_events_max });
}

/** Stores decoded messages for a sender that keeps and repeats what it gets no 2xx for. */
export async function takeDecoded(
  ground: Ground,
  source: Source,
  decoded: Decoded,
  meta: { protocol: string; received_at: Date; bytes: number },
): Promise<AcceptResult> {
  try {
    return await accept(ground, source, decoded.records, { ...meta, rejects: decoded.rejects });
  } catch (error) {
    if ((error as Error).name === "Problem") throw retryAfter(error as Error, 1);
    ground.log.error({ error: String(error) }, "a batch could not be stored");
    throw retryAfter(problem("ingest.store_unavailable"), 2);
  }
}

export interface SensorsRequest {
  readonly form: SensorsForm;
  readonly received_at: Date;
  readonly bytes: number;
}

/** Decodes and stores one Sensors request. */
export async function takeSensors(
  ground: Ground,
  source: Source,
  request: SensorsRequest,
  spool_id?: string,
): Promise<AcceptResult> {
  const { form, received_at, bytes } = request;
  const payload = decodeSensorsForm(form);
  const meta = { protocol: "sensors", received_at, bytes, ...(spool_id === undefined ? {} : { spool_id }) };
  if ("undecodable" in payload) {
    const params = { place: "request", reason: payload.undecodable };
    return accept(ground, source, [], {
      ...meta,
      rejects: [{ place: "request", code: "ingest.payload_undecodable", params, original: { form } }],
    });
  }
  if (payload.crc === "wrong") ingestMetrics(ground.metrics).crc_wrong.inc({ source: source.key });
  const decoded = decodeSensors(payload.messages, decodeContext(ground, source, received_at));
  return accept(ground, source, decoded.records, { ...meta, rejects: decoded.rejects });
}

/**
 * Stores one Sensors request, or spools it when PostgreSQL is away, slow, or the source is over its rate: the mini
 * program SDK empties its queue on any answer, so that the bytes must be durable before there is one.
 * @throws when neither the database nor the disk took the bytes: then there must be no answer.
 */
export async function takeSensorsDurably(
  ground: Ground,
  gate: Gate,
  spool: Spool,
  source: Source,
  request: SensorsRequest,
): Promise<"stored" | "spooled"> {
  const { form, received_at, bytes } = request;
  const put = () =>
    spool.put({ source_id: source.source_id, protocol: "sensors", received_at, content: { form, bytes } });
  // A rough count is enough here: it only decides between the two ways to durability.
  if (gate.take(source, Math.max(1, Math.round(bytes / 1_000))) > 0) {
    await put();
    return "spooled";
  }
  const waiting = new AbortController();
  const stored = takeSensors(ground, source, request).then(
    () => "stored" as const,
    (error: unknown) => {
      ground.log.warn({ error: String(error) }, "a Sensors request goes to the spool");
      return "failed" as const;
    },
  );
  const late = sleep(LIMITS.spool_after_ms, waiting.signal).then(() => "late" as const);
  const first = await Promise.race([stored, late]);
  waiting.abort();
  if (first === "stored") return "stored";
  try {
    await put();
    return "spooled";
  } catch (error) {
    // The database may still make it.
    if (first === "late" && (await stored) === "stored") return "stored";
    throw error;
  }
}

/** Stores what the spool holds; a request that was stored before is recognised by its id. */
export async function takeSpooled(ground: Ground, gate: Gate, spooled: Spooled): Promise<void> {
  const source = gate.source(spooled.source_id);
  if (source === undefined) throw problem("ingest.source_not_found", { source: spooled.source_id });
  const { form, bytes } = spooled.content as { form: SensorsForm; bytes: number };
  try {
    await takeSensors(ground, source, { form, bytes, received_at: spooled.received_at }, spooled.spool_id);
  } catch (error) {
    if ((error as { code?: string; constraint?: string }).constraint !== "inbox_spool_id_key") throw error;
  }
}
