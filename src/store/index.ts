export {
  emit,
  deliverOutbox,
  startOutbox,
  sweepOutbox,
  type OutboxEvent,
  type OutboxHandler,
  type Subscription,
} from "./outbox.ts";
export type { Indicator, IndicatorUnit, Look, Reading } from "./indicator.ts";
export { isWhole, openPool, openStore, SYSTEM_SCOPE, txOf, type Scope, type Store, type Tx } from "./store.ts";
export {
  type CancelledJob,
  cancelJob,
  defineJob,
  jobById,
  listJobs,
  openJob,
  startJob,
  waitForJob,
  type JobContext,
  type JobKind,
  type JobRow,
} from "./jobs.ts";
export {
  isLostConnection,
  prepareQueue,
  requeueJobs,
  startJobWorkers,
  type JobWorkers,
  type Schedule,
} from "./job-queue.ts";
export { type DatabaseFacts, databaseFacts, mayOn, type ScopedTable, scopedTables } from "./assurance.ts";
export { openDatabases, type Databases } from "./databases.ts";
export { clusterFolder, stopLeftEmbedded } from "./embedded-postgres.ts";
export {
  copyFile,
  copyFromFile,
  copyToFile,
  fillTables,
  ownTables,
  sequenceValues,
  tableTarget,
  type SequenceValue,
  type TableShape,
  type WrittenFile,
} from "./table-copies.ts";
export { COPY_END, COPY_HEADER } from "./copy-format.ts";
export { copyOut, CopyReader } from "./copy-reader.ts";
export { copyInto, CopyWriter, encodeCopy, writeInt64 } from "./copy-writer.ts";
export { installedAt, migrate, ranMigrations, readMigrations, type Migration } from "./migrator.ts";
export { stopStatement } from "./stop-statement.ts";
export { setSetting, settingOf } from "./settings.ts";
export { jobRoutes } from "./routes.ts";
export { keepWorldTime, moveWorldTo, openWorldClock, type WorldTime } from "./world-time.ts";
export { LIVE_RATE_MAX, worldHeader, worldRoutes } from "./world-routes.ts";
export { startWorldSchedules } from "./world-schedules.ts";
