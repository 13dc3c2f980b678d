import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { startJob, SYSTEM_SCOPE } from "../store/index.ts";
import { clusterEngine, lakeEngine } from "./engines.ts";
import { REFRESH, REFRESH_KEY } from "./jobs.ts";
import { isFiled } from "./layout.ts";
import { newestBatch, relationTotals } from "./manifest-store.ts";
import { pendingRows, recordRows, serverVersion } from "./status-store.ts";

const tags = ["lake"];
const Nullable = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(type: T) =>
  Type.Union([type, Type.Null()]);

const Engine = Type.Object({
  engine: Type.String(),
  version: Type.String(),
  state: Type.String(),
  lag_seconds: Nullable(Type.Integer()),
  rows: Type.Integer(),
  detail: Type.Object({ zh: Type.String(), en: Type.String() }),
});
const RelationState = Type.Object({
  relation: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  partition: Nullable(Type.String()),
  files: Type.Integer(),
  rows: Type.Integer(),
  bytes: Type.Integer(),
  last_written_at: Nullable(Type.String()),
  pending_days: Type.Integer(),
  pending_rows: Type.Integer(),
});

export function lakeRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/engines",
    {
      schema: {
        summary: "Engines, their state, and how far they are behind",
        tags,
        response: { 200: Type.Object({ items: Type.Array(Engine) }) },
      },
      config: { access: { permission: "data.read", level: "L2" } },
    },
    async () => ({ items: await engines(ground) }),
  );
  app.get(
    "/api/lake/relations",
    {
      schema: {
        summary: "What the lake holds of each relation",
        tags,
        response: { 200: Type.Object({ items: Type.Array(RelationState) }) },
      },
      config: { access: { permission: "data.read", level: "L2" } },
    },
    async () => ({ items: await relations(ground) }),
  );
  app.post(
    "/api/lake/refresh",
    {
      schema: {
        summary: "Bring the lake up to date now",
        tags,
        response: { 202: Type.Object({ job_id: Type.String() }) },
      },
      config: { access: { permission: "data.manage", level: "L2" } },
    },
    async (request, reply) => {
      const options = { key: REFRESH_KEY, person_id: request.person?.person_id ?? null };
      const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) => startJob(tx, ground, REFRESH, {}, options));
      return reply.code(202).send({ job_id });
    },
  );
}

async function engines(ground: Ground) {
  const [batch, totals, record] = await ground.store.read(
    SYSTEM_SCOPE,
    async (tx) =>
      [
        await newestBatch(tx),
        await relationTotals(tx),
        { version: await serverVersion(tx), rows: await recordRows(tx) },
      ] as const,
  );
  const lag_seconds =
    batch === undefined
      ? null
      : Math.max(0, Math.round((ground.clock.now().getTime() - batch.snapshot_at.getTime()) / 1000));
  const files = totals.reduce((sum, total) => sum + total.files, 0);
  const rows = totals.reduce((sum, total) => sum + total.rows, 0);
  return [
    {
      engine: "postgresql",
      version: record.version,
      state: "up",
      lag_seconds: 0,
      rows: record.rows,
      detail: {
        zh: "记录库：每次写入立即可见；行数为估计值",
        en: "Record store: writes are visible at once; rows are an estimate",
      },
    },
    {
      engine: "duckdb",
      version: await lakeEngine(ground).version(),
      state: batch === undefined ? "empty" : "up",
      lag_seconds,
      rows,
      detail: { zh: `数据湖：${files} 个文件`, en: `Lake: ${files} files` },
    },
    ...(await clusters(ground, lag_seconds, rows)),
  ];
}

/** The cluster, where an address is set; it reads the same files, so it is as far behind as they are. */
async function clusters(ground: Ground, lag_seconds: number | null, rows: number) {
  const cluster = await clusterEngine(ground);
  if (cluster === undefined) return [];
  const found = await cluster.version().then(
    (version) => ({ version, reason: "" }),
    (error: unknown) => ({ version: "—", reason: reasonOf(error) }),
  );
  const up = found.reason === "";
  return [
    {
      engine: cluster.name,
      version: found.version,
      state: up ? "up" : "down",
      lag_seconds,
      rows,
      detail: up
        ? { zh: "集群：全量计算标签", en: "Cluster: computes the tags of all members" }
        : { zh: `集群没有应答：${found.reason}`, en: `The cluster does not answer: ${found.reason}` },
    },
  ];
}

function reasonOf(error: unknown): string {
  const { params, message } = error as { params?: { reason?: unknown }; message?: string };
  return String(params?.reason ?? message ?? error);
}

async function relations(ground: Ground) {
  const filed = ground.catalogue.all().filter(isFiled);
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const totals = new Map((await relationTotals(tx)).map((total) => [total.relation, total]));
    const pending = await pendingRows(tx, filed);
    return filed.map(({ name, zh, en, lake }) => {
      const total = totals.get(name);
      const { days, rows } = pending.get(name) ?? { days: 0, rows: 0 };
      return {
        relation: name,
        zh,
        en,
        partition: lake.partition,
        files: total?.files ?? 0,
        rows: total?.rows ?? 0,
        bytes: total?.bytes ?? 0,
        last_written_at: total?.last_written_at.toISOString() ?? null,
        pending_days: days,
        pending_rows: rows,
      };
    });
  });
}
