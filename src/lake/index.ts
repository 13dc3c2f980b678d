export type {
  EngineName,
  LakeEngine,
  Parameter,
  QueryOptions,
  QueryResult,
  ResultColumn,
  Row,
  Value,
} from "./engine.ts";
export { closeLake, clusterEngine, lakeEngine } from "./engines.ts";
export { eraseFromLake } from "./erasure.ts";
export { refreshLake, type RefreshOptions, type RefreshResult } from "./refresh.ts";
export { newestBatch } from "./manifest-store.ts";
