import * as build from "./builder.ts";

export {
  type CheckOptions,
  type CheckResult,
  type CheckedTree,
  checkedTree,
  checkTree,
  type TreeProblem,
} from "./check.ts";
export type { Dialect } from "./dialects/dialect.ts";
export { duckdb } from "./dialects/duckdb.ts";
export { postgresql } from "./dialects/postgresql.ts";
export { spark } from "./dialects/spark.ts";
export { evaluate } from "./evaluate.ts";
export { type Comparison, type Expression, type Measure, type NodeKind, type Window, WINDOW_DAYS_MAX } from "./node.ts";
export { type Output, type Plan, planOutputs } from "./plan.ts";
export { onlySource, type Population, printPlan } from "./print.ts";
export { bindParameters, type Parameters } from "./parameters.ts";
export {
  Catalogue,
  type Column,
  columnOf,
  type ColumnType,
  type ColumnValue,
  type Relation,
  type Sensitivity,
} from "./relation.ts";
export { columnsOf, columnsRead, relationsOf } from "./relations-of.ts";
export { type RowsRead, rowsRead } from "./rows-read.ts";
export { readAfter } from "./sources.ts";
export { describe, type SentenceNames } from "./sentence.ts";
export { type CheckedTotal, checkTotal, type MemberTotal, type RowTotal, type Total } from "./totals.ts";
export { printMemberTotals, printRowTotals } from "./print-totals.ts";
export { evaluateTotal, type TotalsByPart } from "./evaluate-totals.ts";
export type { DataRow, DataSet, Value } from "./value.ts";
export { formatDecimal, isNumber, scaleOf, type ValueType } from "./value-type.ts";
export { wakeTree } from "./wake.ts";
/** The functions that make trees: `build.count("orders", …)`. */
export { build };
