import type { Level } from "../platform/http.ts";
import {
  cellKey,
  compileMatrix,
  DOMAINS,
  isPermission,
  isRole,
  LEVELS,
  type Matrix,
  type MatrixContent,
  type Outcome,
  OUTCOMES,
  ROW_SCOPES,
  scopeKey,
} from "./matrix.ts";
import { SHIPPED } from "./matrix-defaults.ts";

/** One fault, named by its cell. */
export interface MatrixFault {
  readonly cell: string;
  readonly fault:
    | "unknown_role"
    | "unknown_permission"
    | "unknown_level"
    | "unknown_outcome"
    | "twice"
    | "opens_above"
    | "audit_alone";
  readonly zh: string;
  readonly en: string;
}

const FAULTS: Readonly<Record<MatrixFault["fault"], readonly [zh: string, en: string]>> = {
  unknown_role: ["没有这个角色", "there is no such role"],
  unknown_permission: ["没有这项权限或数据域", "there is no such permission or data domain"],
  unknown_level: ["级别只有 L1 到 L4", "levels are L1 to L4"],
  unknown_outcome: ["没有这种结果", "there is no such outcome"],
  twice: ["同一格写了两次", "the cell is given twice"],
  audit_alone: ["只有审计管理员能看审计", "the audit administrator alone reads the audit log"],
  opens_above: ["更高级别比低级别更开放", "a higher level is more open than a lower one"],
};

function fault(cell: string, kind: MatrixFault["fault"]): MatrixFault {
  const [zh, en] = FAULTS[kind];
  return { cell, fault: kind, zh, en };
}

/** Every fault of a content, whoever made it: a grid, a file, an older version. */
export function faultsOf(content: MatrixContent): MatrixFault[] {
  return [...cellFaults(content), ...scopeFaults(content), ...levelFaults(content)];
}

function cellFaults({ cells }: MatrixContent): MatrixFault[] {
  const seen = new Set<string>();
  return cells.flatMap(({ role, permission, level, outcome }) => {
    const name = cellKey(role, permission, level);
    if (!isRole(role)) return [fault(name, "unknown_role")];
    if (!isPermission(permission)) return [fault(name, "unknown_permission")];
    if (!(LEVELS as readonly string[]).includes(level)) return [fault(name, "unknown_level")];
    if (!(OUTCOMES as readonly string[]).includes(outcome)) return [fault(name, "unknown_outcome")];
    if (seen.has(name)) return [fault(name, "twice")];
    seen.add(name);
    // GB/T 22239-2019 8.1.5.2: whoever is judged by the log does not keep it
    if (permission === "audit.read" && role !== "audit_admin" && outcome !== "deny")
      return [fault(name, "audit_alone")];
    return [];
  });
}

function scopeFaults({ scopes }: MatrixContent): MatrixFault[] {
  const seen = new Set<string>();
  return scopes.flatMap(({ role, domain, scope }) => {
    const name = scopeKey(role, domain);
    if (!isRole(role)) return [fault(name, "unknown_role")];
    if (!DOMAINS.includes(domain)) return [fault(name, "unknown_permission")];
    if (!(ROW_SCOPES as readonly string[]).includes(scope)) return [fault(name, "unknown_outcome")];
    if (seen.has(name)) return [fault(name, "twice")];
    seen.add(name);
    return [];
  });
}

/** How freely an outcome lets in, and how freely it shows a value in clear: 0 at once, 1 with a factor, 2 with a colleague. */
const ENTERS: Readonly<Record<Outcome, number>> = { allow: 0, mask: 0, step_up: 1, approve: 2, deny: 3 };
const CLEARS: Readonly<Record<Outcome, number>> = { allow: 0, step_up: 1, approve: 2, mask: 3, deny: 3 };

/** A higher level neither lets in nor shows more freely than the one below it. */
function levelFaults(content: MatrixContent): MatrixFault[] {
  const matrix = compileMatrix(0, content, SHIPPED);
  const pairs = new Map(content.cells.map((cell) => [`${cell.role} ${cell.permission}`, cell]));
  return [...pairs.values()].flatMap(({ role, permission }) =>
    LEVELS.slice(1).flatMap((level, below) => {
      const lower = matrix.outcome(role, permission, LEVELS[below] as Level);
      const higher = matrix.outcome(role, permission, level);
      const opens = ENTERS[higher] < ENTERS[lower] || CLEARS[higher] < CLEARS[lower];
      return opens ? [fault(cellKey(role, permission, level), "opens_above")] : [];
    }),
  );
}

/** Whether somebody of these roles could still change, and somebody approve, the matrix. */
export function staysGovernable(matrix: Matrix, roles: readonly string[]): boolean {
  return ["matrix.manage", "matrix.approve"].every((permission) =>
    roles.some((role) => openTo(matrix, role, permission)),
  );
}

/** Open without a second factor or a colleague, who may not be there on the day it is needed. */
function openTo(matrix: Matrix, role: string, permission: string): boolean {
  const outcome = matrix.outcome(role, permission, "L2");
  return outcome === "allow" || outcome === "mask";
}
