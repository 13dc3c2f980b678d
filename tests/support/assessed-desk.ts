import pg from "pg";
import { ROLES } from "../../src/store/roles.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { watchRound } from "../../src/trust/jobs.ts";
import type { AlertDesk } from "./alert-desk.ts";

export const ADMINS = ["system_admin", "security_admin", "audit_admin"] as const;

/** Runs as the owner of the tables: what an attacker or a careless operator could do, and the application cannot. */
export async function asOwner(desk: AlertDesk, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: desk.world.composition.databases.admin_url });
  await client.connect();
  try {
    await client.query(`set role ${ROLES.owner}`);
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/**
 * An installation as it should be run: three administrators beside the owner, everybody with a second factor, the owner's
 * account at rest, sealed members, and today's drill done.
 */
export async function wellRun(desk: AlertDesk): Promise<void> {
  const { ground, clock } = desk.world;
  for (const role of ADMINS.filter((one) => one !== "security_admin")) await desk.staff.add(role);
  await desk.execute(
    `insert into access.factor (person_id, kind, name, created_at, confirmed_at, secret_sealed)
     select person_id, 'totp', '手机', $1, $1, 'x' from access.person where password_hash is not null`,
    [clock.now()],
  );
  clock.advance({ days: 8 });
  await desk.execute("delete from access.session");
  const phones = Array.from({ length: 12 }, (_, n) => `+8613877${String(100_000 + n * 7_331)}`);
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    ground.vault.seal(
      tx,
      phones.map((value) => ({ token: ground.vault.token("phone", value), kind: "phone", value })),
    ),
  );
  clock.set("2026-12-01T03:00:00Z");
  await watchRound(ground);
}

/** Puts a version of the matrix into force that differs from the shipped one in these cells. */
export async function forceCells(
  desk: AlertDesk,
  cells: readonly {
    readonly role: string;
    readonly permission: string;
    readonly level: string;
    readonly outcome: string;
  }[],
): Promise<void> {
  const now = desk.world.clock.now();
  const [made] = await desk.rows<{ version: number }>(
    "select coalesce(max(version), 0) + 1 as version from access.matrix_version",
  );
  const version = made?.version ?? 1;
  await desk.execute(
    `insert into access.matrix_version (version, state, based_on, author_id, editors, reason, made_at) overriding system value
     select $1, 'draft', 0, min(person_id), array[min(person_id)], 'proof', $2 from access.person`,
    [version, now],
  );
  for (const cell of cells)
    await desk.execute(
      "insert into access.matrix_cell (version, role, permission, level, outcome) values ($1, $2, $3, $4, $5)",
      [version, cell.role, cell.permission, cell.level, cell.outcome],
    );
  await desk.execute(
    `update access.matrix_version set state = 'active', submitted_at = $2, decided_at = $2,
       approver_id = (select max(person_id) from access.person) where version = $1`,
    [version, now],
  );
}

export async function shippedMatrix(desk: AlertDesk): Promise<void> {
  await desk.execute(
    "update access.matrix_version set state = 'superseded', superseded_at = decided_at where state = 'active'",
  );
}
