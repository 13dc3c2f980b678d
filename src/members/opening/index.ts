export { type OpeningFields, type OpeningReading, type RowCells, rowReader } from "./columns.ts";
export { checkJob, giveJob, given, type GivenKind, refused, rowsOfKind, rowsThere } from "./giving.ts";
export { givenFace } from "./given-face.ts";
export { type FoundRow, type OpeningKind } from "./opening.ts";
export { openingRoutes } from "./opening-routes.ts";
export { type Opening, openingStore } from "./opening-store.ts";
export { openingRows, type OpeningRow, type RowOutcome } from "./row-store.ts";
export type { TotalLine } from "./totals.ts";
