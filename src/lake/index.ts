export { CodedColumn, type CodedForm } from "./coded-column.ts";
export { codeColumns, COLUMNS_AT_ONCE, type ColumnToCode } from "./code-columns.ts";
export type {
  EmbeddedEngine,
  EngineName,
  LakeEngine,
  LakeSession,
  Parameter,
  QueryOptions,
  QueryResult,
  ResultColumn,
  Row,
  Value,
} from "./engine.ts";
export { closeLake, clusterEngine, lakeEngine } from "./engines.ts";
export { eraseFromLake } from "./erasure.ts";
export { followRows, type RowsKept, rowsKept, rowsTable, wantRows } from "./kept-rows.ts";
export { refreshLake, type RefreshOptions, type RefreshResult } from "./refresh.ts";
export { type Batch, newestBatch } from "./manifest-store.ts";
