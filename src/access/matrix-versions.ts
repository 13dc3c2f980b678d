import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import {
  type Cell,
  changedCells,
  changedScopes,
  compileMatrix,
  completed,
  hashOf,
  type MatrixContent,
  type ScopeCell,
} from "./matrix.ts";
import { faultsOf, staysGovernable } from "./matrix-check.ts";
import { SHIPPED } from "./matrix-defaults.ts";
import { activeVersion, SHIPPED_MATRIX } from "./matrix-live.ts";
import { handledBy } from "./person-acts.ts";
import {
  activePeople,
  contentOf,
  deleteDraft,
  insertContent,
  insertVersion,
  lockMatrix,
  markActive,
  markRejected,
  markSubmitted,
  openVersion,
  noteEditor,
  versionAt,
  type VersionRow,
} from "./matrix-store.ts";

/** A version with everything in it; 0 is the shipped one. @throws access.matrix_version_not_found */
export async function wholeContent(tx: Tx, version: number): Promise<MatrixContent> {
  if (version === 0) return SHIPPED;
  if ((await versionAt(tx, version)) === undefined) throw problem("access.matrix_version_not_found", { version });
  return completed(await contentOf(tx, version), SHIPPED);
}

export async function activeContent(tx: Tx): Promise<{ version: number; content: MatrixContent }> {
  const version = (await activeVersion(tx)) ?? 0;
  return { version, content: await wholeContent(tx, version) };
}

export interface Editor {
  readonly person_id: number;
  readonly now: Date;
}
export interface Changes {
  readonly cells: readonly Cell[];
  readonly scopes: readonly ScopeCell[];
  readonly reason?: string;
}

/** Opens a draft from the version in force, or from an older one that shall come back. @throws access.matrix_open */
export async function startDraft(ground: Ground, by: Editor, reason: string, from?: number): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await lockMatrix(tx);
    const open = await openVersion(tx);
    if (open !== undefined) throw problem("access.matrix_open", { version: open.version, state: open.state });
    const base = from ?? (await activeVersion(tx)) ?? 0;
    const content = await wholeContent(tx, base);
    const version = await insertVersion(tx, { based_on: base, author_id: by.person_id, reason, now: by.now });
    await insertContent(tx, version, content);
    return version;
  });
}

/** Puts cells into the draft; everybody who did is one of its editors. @throws access.matrix_invalid with each fault */
export async function changeDraft(ground: Ground, by: Editor, changes: Changes): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const draft = await requireOpen(tx, "draft");
    refuseFaults(faultsOf(merged(await contentOf(tx, draft.version), changes)));
    await insertContent(tx, draft.version, changes);
    await noteEditor(tx, draft.version, by.person_id, changes.reason ?? null);
    return draft.version;
  });
}

/** The content after the changes; a cell that the changes name twice stays twice, to be refused. */
function merged(content: MatrixContent, changes: Changes): MatrixContent {
  const cell = (one: Cell) => `${one.role} ${one.permission} ${one.level}`;
  const scope = (one: ScopeCell) => `${one.role} ${one.domain}`;
  const cells = new Set(changes.cells.map(cell));
  const scopes = new Set(changes.scopes.map(scope));
  return {
    cells: [...content.cells.filter((one) => !cells.has(cell(one))), ...changes.cells],
    scopes: [...content.scopes.filter((one) => !scopes.has(scope(one))), ...changes.scopes],
  };
}

function refuseFaults(faults: readonly { readonly cell: string }[]): void {
  if (faults.length > 0) throw problem("access.matrix_invalid", { count: faults.length }, faults.slice(0, 200));
}

/** Throws the draft away, or takes a submitted version back. */
export async function withdraw(ground: Ground, by: Editor): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await lockMatrix(tx);
    const open = await openVersion(tx);
    if (open === undefined) throw problem("access.matrix_state", { version: 0, state: "none" });
    if (open.state === "draft") await deleteDraft(tx, open.version);
    else await markRejected(tx, open.version, { approver_id: by.person_id, now: by.now, reason: "withdrawn" });
    return open.version;
  });
}

/** Closes the draft for approval. @throws access.matrix_unchanged, access.matrix_locks_out */
export async function submitDraft(ground: Ground, by: Editor): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const draft = await requireOpen(tx, "draft");
    const content = await wholeContent(tx, draft.version);
    const active = await activeContent(tx);
    if (changedCells(active.content, content).length + changedScopes(active.content, content).length === 0) {
      throw problem("access.matrix_unchanged");
    }
    // an older version that came back is judged by today's rules
    refuseFaults(faultsOf(content));
    await refuseLockOut(tx, content);
    await markSubmitted(tx, draft.version, hashOf(content), by.now);
    return draft.version;
  });
}

async function refuseLockOut(tx: Tx, content: MatrixContent): Promise<void> {
  const people = await activePeople(tx);
  const roles = people.map((person) => person.role);
  if (!staysGovernable(compileMatrix(0, content, SHIPPED), roles)) throw problem("access.matrix_locks_out");
}

/**
 * Puts a submitted version into force, by somebody who put nothing into it. Where only its editors may approve, one of
 * them may do it alone, and the version says so for good. @throws access.matrix_second_person
 */
export async function approveVersion(ground: Ground, by: Editor, version: number, reason: string): Promise<VersionRow> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const row = await requireOpen(tx, "submitted", version);
    const content = await wholeContent(tx, version);
    if (hashOf(content) !== row.hash) throw problem("access.matrix_state", { version, state: "changed" });
    await refuseLockOut(tx, content);
    const approvers = await approversNow(tx);
    const others = approvers.filter((person_id) => !row.editors.includes(person_id));
    const alone = row.editors.includes(by.person_id);
    if (alone && others.length > 0) throw problem("access.matrix_second_person", { people: others.length });
    if (!alone && (await handledBy(tx, row.editors, row.made_at)).has(by.person_id))
      throw problem("access.matrix_approver_made");
    await markActive(tx, version, { approver_id: by.person_id, now: by.now, reason }, alone);
    return (await versionAt(tx, version)) ?? row;
  });
}

/** People who may approve by the matrix in force; with a second factor where it asks for one. */
export async function approversNow(tx: Tx): Promise<number[]> {
  const { version, content } = await activeContent(tx);
  const matrix = version === 0 ? SHIPPED_MATRIX : compileMatrix(version, content, SHIPPED);
  const people = await activePeople(tx);
  const shut: ReadonlySet<string> = new Set(["deny", "approve"]);
  return people
    .filter(({ role }) => !shut.has(matrix.outcome(role, "matrix.approve", "L2")))
    .map((person) => person.person_id);
}

export async function rejectVersion(ground: Ground, by: Editor, version: number, reason: string): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await requireOpen(tx, "submitted", version);
    await markRejected(tx, version, { approver_id: by.person_id, now: by.now, reason });
  });
}

async function requireOpen(tx: Tx, state: "draft" | "submitted", version?: number): Promise<VersionRow> {
  await lockMatrix(tx);
  const open = await openVersion(tx);
  if (open?.state === state && (version === undefined || open.version === version)) return open;
  if (version === undefined) {
    throw problem("access.matrix_state", { version: open?.version ?? 0, state: open?.state ?? "none" });
  }
  const row = await versionAt(tx, version);
  if (row === undefined) throw problem("access.matrix_version_not_found", { version });
  throw problem("access.matrix_state", { version, state: row.state });
}
