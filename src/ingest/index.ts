export { accept, type AcceptMeta, type AcceptResult, judge, type Outcome } from "./accept.ts";
export { forgetTokens } from "./edge.ts";
export {
  type ForgottenRecords,
  forgetRecords,
  forgetRecordsAgain,
  forgetRejects,
  withoutPersonal,
} from "./forgetting.ts";
export { type AppliedNotice, applyReceived, drainPipeline, type Round, startPipeline } from "./pipeline.ts";
export {
  type CellFlaw,
  cellReader,
  type CellValue,
  checkImport,
  DAY_FORMATS,
  type DayFormat,
  importCommand,
  type ImportReport,
  mapImport,
  runImport,
  type RunControl,
  safeCell,
  undoImport,
  type UploadedRow,
  uploadedRows,
  uploadedTable,
  uploadFile,
  waitingImports,
} from "./imports/index.ts";
export { isWaitingFrom } from "./pipeline-store.ts";
export { countOldRecords, forgetOldRecords } from "./record-retention.ts";
export type { ClearIdentity, ClearRecord, IdentifiedRecord, SealedRecord, TokenIdentity } from "./record.ts";
export { SOURCE_KINDS, type Source, type SourceKind, type SourceSettings } from "./source.ts";
export { openRejects } from "./reject-store.ts";
export { freshnessOf as sourceFreshness } from "./source-figures.ts";
export { sourceKinds } from "./source-kinds-store.ts";
export { type SourceView, sourceViews } from "./source-view.ts";
export { createSource, ensureSource, listSourceKeys, rotateKey, sourceById, sourceByKey } from "./source-store.ts";
export type { CutValue } from "./sealing.ts";
export { registerStages, type Stage, type StageBatch, type StageReject, stagesOf, touchedParties } from "./stage.ts";
export { type RecordProblem } from "./validation.ts";
export { type Field, type FieldType, type PrivacyClass } from "./vocabulary/field.ts";
export {
  IDENTITY_KIND_INFO,
  IDENTITY_KINDS,
  type IdentityKind,
  type IdentityKindInfo,
} from "./vocabulary/identity-kinds.ts";
export {
  EVENT_KINDS,
  IDENTITY_RECORD_KINDS,
  type KindInfo,
  KINDS,
  MASTER_KINDS,
  TRADE_KINDS,
} from "./vocabulary/kinds.ts";
export { type Listener, startListener } from "./listener.ts";
