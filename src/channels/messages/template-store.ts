import { problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Category, Channel } from "./request.ts";
import { type Content, variablesRead } from "./template.ts";

export type VersionState = "draft" | "submitted" | "approved" | "rejected" | "retired";

export interface TemplateVersion {
  readonly version: number;
  readonly content: Content;
  readonly state: VersionState;
  readonly state_reason: string | null;
  readonly saved_by: number | null;
  readonly saved_at: Date;
  readonly state_at: Date;
}

export interface TemplateRow {
  readonly template: string;
  /** For people; empty where there is only the key. */
  readonly name: string;
  readonly channel: Channel;
  readonly category: Category;
  readonly made_at: Date;
  readonly versions: readonly TemplateVersion[];
}

/** Templates with their versions, the newest first. */
export async function listTemplates(tx: Tx, only: string | null = null): Promise<TemplateRow[]> {
  const rows = await tx.query<Omit<TemplateRow, "versions">>(
    "select template, name, channel, category, made_at from channels.template where $1::text is null or template = $1 order by template limit 500",
    [only],
  );
  const versions = await tx.query<TemplateVersion & { template: string }>(
    `select template, version, content, state, state_reason, saved_by, saved_at, state_at from channels.template_version
     where template = any($1) order by template, version desc`,
    [rows.map(({ template }) => template)],
  );
  const of = Map.groupBy(versions, ({ template }) => template);
  return rows.map((row) => ({ ...row, versions: of.get(row.template) ?? [] }));
}

export interface MoveRow {
  readonly template: string;
  readonly version: number;
  readonly to_state: VersionState;
  readonly reason: string | null;
  readonly moved_by: number | null;
  readonly moved_at: Date;
}

/** How versions moved on, in the order in which they did. */
export function movesOf(tx: Tx): Promise<MoveRow[]> {
  return tx.query(
    "select template, version, to_state, reason, moved_by, moved_at from channels.template_move order by move_id",
  );
}

/** A template that a journey may choose. */
export interface TemplateChoice {
  readonly template: string;
  readonly channel: Channel;
  readonly category: Category;
  /** For people; its key where it has no name. */
  readonly name: string;
  /** Whether one of its versions may be sent. */
  readonly approved: boolean;
  /** Of the version in use, else of the newest. */
  readonly text: string;
  /** Variables of the version in use, else of the newest. */
  readonly variables: readonly string[];
  /** Variables of any version that may still come into use. */
  readonly known: readonly string[];
}

/** What a template says: its version in use, else its newest. */
export const wordsInUse = ({ versions }: Pick<TemplateRow, "versions">): TemplateVersion | undefined =>
  versions.find(({ state }) => state === "approved") ?? versions[0];

function readsOf(version: TemplateVersion | undefined): string[] {
  try {
    return version === undefined ? [] : variablesRead(version.content);
  } catch {
    return [];
  }
}

/** Templates with what they say, for whoever chooses one. */
export async function templateChoices(tx: Tx): Promise<TemplateChoice[]> {
  return (await listTemplates(tx)).map((row) => {
    const { template, name, channel, category, versions } = row;
    return {
      template,
      name: name === "" ? template : name,
      channel,
      category,
      approved: versions.some(({ state }) => state === "approved"),
      text: wordsInUse(row)?.content.text ?? "",
      variables: readsOf(wordsInUse(row)),
      known: [...new Set(versions.filter(({ state }) => state !== "retired").flatMap(readsOf))],
    };
  });
}

/** @throws channels.template_not_found */
export async function templateNamed(tx: Tx, template: string): Promise<TemplateRow> {
  const [row] = await listTemplates(tx, template);
  if (row === undefined) throw problem("channels.template_not_found", { template });
  return row;
}

export interface By {
  readonly person_id: number | null;
  readonly now: Date;
}

/** Saves the draft; the first one makes the template. @throws channels.template_kind when it would change channel or category */
export async function saveDraft(
  tx: Tx,
  wanted: { readonly template: string; readonly category: Category; readonly content: Content; readonly name?: string },
  by: By,
): Promise<number> {
  const { template, category, content, name = null } = wanted;
  const made = await tx.one<{ channel: string; category: string }>(
    `with made as (
       insert into channels.template (template, channel, category, made_by, made_at, name) values ($1, $2, $3, $4, $5, coalesce($6, ''))
       on conflict (template) do nothing returning channel, category)
     select channel, category from made union all select channel, category from channels.template where template = $1 limit 1`,
    [template, content.kind, category, by.person_id, by.now, name],
  );
  if (made?.channel !== content.kind || made.category !== category)
    throw problem("channels.template_kind", { template, channel: made?.channel ?? "", category: made?.category ?? "" });
  if (name !== null)
    await tx.query("update channels.template set name = $2 where template = $1 and name <> $2", [template, name]);
  const row = await tx.one<{ version: number }>(
    `insert into channels.template_version as v (template, version, content, state, saved_by, saved_at, state_by, state_at)
     select $1, coalesce(max(version), 0) + 1, $2, 'draft', $3, $4, $3, $4 from channels.template_version where template = $1
     on conflict (template) where state = 'draft'
     do update set content = excluded.content, saved_by = excluded.saved_by, saved_at = excluded.saved_at, state_at = excluded.state_at
     returning version`,
    [template, JSON.stringify(content), by.person_id, by.now],
  );
  return row?.version ?? 0;
}

/**
 * Moves a version on. An approved one takes the place of the one before, in one statement after another of a transaction:
 * there is one in use at any time.
 * @throws channels.version_state when it does not stand where it would have to
 */
export async function moveVersion(
  tx: Tx,
  at: { readonly template: string; readonly version: number },
  move: { readonly from: readonly VersionState[]; readonly to: VersionState; readonly reason: string | null },
  by: By,
): Promise<void> {
  const { template, version } = at;
  if (move.to === "approved")
    await tx.query(
      `with retired as (
         update channels.template_version set state = 'retired', state_by = $3, state_at = $4
         where template = $1 and state = 'approved' and version <> $2 returning version)
       insert into channels.template_move (template, version, to_state, moved_by, moved_at) select $1, version, 'retired', $3, $4 from retired`,
      [template, version, by.person_id, by.now],
    );
  const moved = await tx.execute(
    `with moved as (
       update channels.template_version set state = $3, state_reason = $4, state_by = $5, state_at = $6
       where template = $1 and version = $2 and state = any($7) returning version)
     insert into channels.template_move (template, version, to_state, reason, moved_by, moved_at)
     select $1, version, $3, $4, $5, $6 from moved`,
    [template, version, move.to, move.reason, by.person_id, by.now, move.from],
  );
  if (moved === 0) throw problem("channels.version_state", { template, version });
}
