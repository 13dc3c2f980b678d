import { createHash } from "node:crypto";
import type { Level } from "../platform/http.ts";
import { PERMISSIONS, type Permission, ROLE_NAMES, type Role } from "./roles.ts";

export const LEVELS: readonly Level[] = ["L1", "L2", "L3", "L4"];

/** What a cell says, from the most open to the closed one. */
export const OUTCOMES = ["allow", "mask", "step_up", "approve", "deny"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Which rows of a data domain a role sees: `all` of the brand; the `own` regions, stores and brands of the person (the
 * whole brand for somebody who has none named); those `assigned` (nothing for somebody who has none named); `none`.
 */
export const ROW_SCOPES = ["all", "own", "assigned", "none"] as const;
export type RowScope = (typeof ROW_SCOPES)[number];

export const DOMAINS = [...new Set(PERMISSIONS.map(domainOf))];

/** `members` of `members.read`. */
export function domainOf(permission: string): string {
  return permission.slice(0, permission.indexOf("."));
}

export interface Cell {
  readonly role: string;
  readonly permission: string;
  readonly level: string;
  readonly outcome: string;
}
export interface ScopeCell {
  readonly role: string;
  readonly domain: string;
  readonly scope: string;
}

/** A whole version as data: what the grid edits, a file holds and the tables keep. */
export interface MatrixContent {
  readonly cells: readonly Cell[];
  readonly scopes: readonly ScopeCell[];
}

/** A version compiled once, asked by every request. */
export interface Matrix {
  /** 0: the one that is shipped. */
  readonly version: number;
  readonly hash: string;
  /** Closed where nothing is said. */
  outcome(role: string, permission: string, level: Level): Outcome;
  scope(role: string, domain: string): RowScope;
}

export const cellKey = (role: string, permission: string, level: string) => `${role} ${permission} ${level}`;
export const scopeKey = (role: string, domain: string) => `${role} ${domain}`;

/**
 * @param shipped fills what the version knows nothing about: permissions, domains and roles that came with a later
 * release keep the outcome they were shipped with until a version names them.
 */
export function compileMatrix(version: number, content: MatrixContent, shipped: MatrixContent): Matrix {
  const whole = completed(content, shipped);
  const cells = new Map(whole.cells.map((cell) => [cellKey(cell.role, cell.permission, cell.level), cell.outcome]));
  const scopes = new Map(whole.scopes.map((scope) => [scopeKey(scope.role, scope.domain), scope.scope]));
  return {
    version,
    hash: hashOf(whole),
    outcome: (role, permission, level) => (cells.get(cellKey(role, permission, level)) ?? "deny") as Outcome,
    scope: (role, domain) => (scopes.get(scopeKey(role, domain)) ?? "none") as RowScope,
  };
}

/** The content with what it does not know taken from the shipped one. */
export function completed(content: MatrixContent, shipped: MatrixContent): MatrixContent {
  const known = new Set(content.cells.map((cell) => `${cell.role} ${cell.permission}`));
  const placed = new Set(content.scopes.map((scope) => scopeKey(scope.role, scope.domain)));
  return {
    cells: [...content.cells, ...shipped.cells.filter((cell) => !known.has(`${cell.role} ${cell.permission}`))],
    scopes: [...content.scopes, ...shipped.scopes.filter((scope) => !placed.has(scopeKey(scope.role, scope.domain)))],
  };
}

/** One hash for one content, whatever the order it came in. */
export function hashOf({ cells, scopes }: MatrixContent): string {
  const lines = [
    ...cells.map((cell) => `${cellKey(cell.role, cell.permission, cell.level)} ${cell.outcome}`),
    ...scopes.map((scope) => `${scopeKey(scope.role, scope.domain)} ${scope.scope}`),
  ].sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

/** Cells that two versions do not agree about. */
export function changedCells(before: MatrixContent, after: MatrixContent): (Cell & { readonly before: string })[] {
  const old = new Map(before.cells.map((cell) => [cellKey(cell.role, cell.permission, cell.level), cell.outcome]));
  return after.cells.flatMap((cell) => {
    const was = old.get(cellKey(cell.role, cell.permission, cell.level)) ?? "deny";
    return was === cell.outcome ? [] : [{ ...cell, before: was }];
  });
}

export function changedScopes(
  before: MatrixContent,
  after: MatrixContent,
): (ScopeCell & { readonly before: string })[] {
  const old = new Map(before.scopes.map((scope) => [scopeKey(scope.role, scope.domain), scope.scope]));
  return after.scopes.flatMap((scope) => {
    const was = old.get(scopeKey(scope.role, scope.domain)) ?? "none";
    return was === scope.scope ? [] : [{ ...scope, before: was }];
  });
}

export const isRole = (role: string): role is Role => (ROLE_NAMES as readonly string[]).includes(role);
export const isPermission = (text: string): text is Permission => (PERMISSIONS as readonly string[]).includes(text);
