import "./errors.ts";

export { importCommand } from "./command.ts";
export { safeCell } from "./error-file.ts";
export { forgetImports, importsHolding } from "./forgetting.ts";
export { mapImport, uploadFile } from "./import.ts";
export { waitingImports } from "./import-store.ts";
export { importJobs, importSchedules } from "./jobs.ts";
export type { ImportReport } from "./report.ts";
export { importRoutes } from "./routes.ts";
export { checkImport, runImport, type RunControl } from "./run.ts";
export { undoImport } from "./undo.ts";
export {
  type CellFlaw,
  cellReader,
  type CellValue,
  DAY_FORMATS,
  type DayFormat,
  type UploadedRow,
  uploadedRows,
  uploadedTable,
} from "./uploaded-table.ts";
