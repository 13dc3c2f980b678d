import "./errors.ts";

export { importCommand } from "./command.ts";
export {
  chooseReading,
  mapImport,
  type MappingInput,
  type NewUpload,
  removeImport,
  startImportJob,
  uploadFile,
} from "./import.ts";
export { importById, type ImportRow, type ImportState, waitingImports } from "./import-store.ts";
export { importJobs, importSchedules } from "./jobs.ts";
export { IMPORT_LIMITS } from "./limits.ts";
export type { ImportReport } from "./report.ts";
export { importRoutes } from "./routes.ts";
export { checkImport, runImport, type RunControl } from "./run.ts";
export { undoImport } from "./undo.ts";
