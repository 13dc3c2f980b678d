import type pg from "pg";

/** The database roles of the record store. Only the owner may change tables; the application never bypasses row security. */
export const ROLES = {
  /** Owns schemas and tables; migrates. */
  owner: "huitou_owner",
  /** Serves requests and jobs. */
  app: "huitou_app",
  /** Reads for people who see a part of the rows only: policies hold it to them. */
  scoped: "huitou_scoped",
  /** May add to the audit log and nothing else. */
  audit: "huitou_audit",
  /** Owns the job queue's own schema. */
  jobs: "huitou_jobs",
} as const;

/** Makes the roles that are missing. Needs a login that may create roles; runs before every migration. */
export async function ensureRoles(client: pg.ClientBase, database: string): Promise<void> {
  for (const role of Object.values(ROLES)) {
    // Two processes that start together may both try: the loser's "already exists" is fine.
    await client.query(
      `do $$ begin create role ${role} nologin nosuperuser nobypassrls; exception when duplicate_object or unique_violation then null; end $$`,
    );
    await client.query(`grant ${role} to current_user`);
  }
  // The application adds to the audit log through the audit role's one right: it can neither change nor remove a row.
  await client.query(`grant ${ROLES.audit} to ${ROLES.app}`);
  // The application may become the scoped role, and does not have its policies while it is itself.
  await client.query(`grant ${ROLES.scoped} to ${ROLES.app} with inherit false, set true`);
  await client.query(`grant create, connect on database ${quote(database)} to ${ROLES.owner}, ${ROLES.jobs}`);
  await client.query(`grant connect, temporary on database ${quote(database)} to ${ROLES.app}, ${ROLES.scoped}`);
}

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
