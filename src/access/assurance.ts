import type { FastifyInstance } from "fastify";
import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { countFailure } from "./attempts.ts";
import type { DeclaredRoute } from "./declared-routes.ts";
import { currentMatrix } from "./matrix-live.ts";
import { PASSWORD_PROFILES, type SecurityPolicy, securityPolicy } from "./policy.ts";
import { ADMIN_ROLES, PERMISSIONS, type Permission, ROLE_NAMES, type Role } from "./roles.ts";
import { LEVELS } from "./matrix.ts";

const DAY_MS = 86_400_000;
const UNUSED_DAYS = 90;

const servers = new WeakMap<Ground, FastifyInstance>();

/** The guard tells which server it guards, so that a running proof can ask it. */
export function keepServer(ground: Ground, app: FastifyInstance): void {
  servers.set(ground, app);
}

/** The server of this process; undefined in one that only works in the background. */
export function serverOf(ground: Ground): FastifyInstance | undefined {
  return servers.get(ground);
}

export function declaredRoutes(ground: Ground): readonly DeclaredRoute[] | undefined {
  return servers.get(ground)?.declared_routes;
}

/** Facts about accounts, for whoever assesses the installation: counts and codes. */
export interface PeopleFacts {
  readonly unique_email: boolean;
  readonly policy: SecurityPolicy;
  readonly age_days_max: number | null;
  readonly classes_min: number;
  readonly active: number;
  readonly old_passwords: number;
  readonly roles_unknown: number;
  /** Whose password came without an invitation, the first person excepted. */
  readonly uninvited: number;
  readonly unused: number;
  /** Whose sessions were used from several addresses within the same minutes. */
  readonly shared: number;
  /** Administrators, owners among them, and how many of them have a second factor. */
  readonly administrators: number;
  readonly enrolled: number;
  readonly admins: Readonly<
    Record<(typeof ADMIN_ROLES)[number], { readonly people: number; readonly enrolled: number }>
  >;
  /** Owners who signed in within a week: the account that may do nearly everything is in daily use. */
  readonly owners_in_use: number;
  /** Mailboxes that hold more than one of the three, and whether the database refuses that. */
  readonly duties_shared: number;
  readonly duties_kept_apart: boolean;
  readonly matrix_alone: boolean;
  readonly expired_sessions: number;
  readonly clear_tokens: number;
}

export async function peopleFacts(tx: Tx, now: Date): Promise<PeopleFacts> {
  const policy = await securityPolicy(tx);
  const { age_days_max, classes_min } = PASSWORD_PROFILES[policy.profile];
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const counts = await tx.one<Omit<PeopleFacts, "policy" | "age_days_max" | "classes_min" | "admins">>(
    `with open as (
       select p.*, exists (select 1 from access.factor f where f.person_id = p.person_id and f.confirmed_at is not null) as enrolled
       from access.person p where disabled_at is null and password_hash is not null)
     select exists (select 1 from pg_index i join pg_class c on c.oid = i.indexrelid
         where c.relname = 'person_email' and i.indisunique and i.indisvalid) as unique_email,
       (select count(*)::int from open) as active,
       (select count(*)::int from open where $1::timestamptz is not null and password_changed_at < $1) as old_passwords,
       (select count(*)::int from open where not (role = any ($2))) as roles_unknown,
       (select count(*)::int from open o where person_id <> (select min(person_id) from access.person) and not exists (
         select 1 from access.invitation i where i.person_id = o.person_id and i.used_at is not null)) as uninvited,
       (select count(*)::int from open o where created_at < $3 and not exists (
         select 1 from access.audit a where a.person_id = o.person_id and a.at > $3)) as unused,
       (select count(distinct a.person_id)::int from access.session a join access.session b
         on b.person_id = a.person_id and b.ip is distinct from a.ip and abs(extract(epoch from a.last_seen_at - b.last_seen_at)) < 300
         where a.last_seen_at > $4) as shared,
       (select count(*)::int from open where role = any ($5)) as administrators,
       (select count(*)::int from open where role = any ($5) and enrolled) as enrolled,
       (select count(distinct s.person_id)::int from access.session s join open using (person_id)
         where role = 'owner' and s.last_seen_at > $6) as owners_in_use,
       (select count(*)::int from (select 1 from access.person where disabled_at is null and role = any ($8)
         group by access.mailbox(email) having count(*) > 1) twice) as duties_shared,
       (exists (select 1 from pg_index i join pg_class c on c.oid = i.indexrelid
           where c.relname = 'administrator_mailbox' and i.indisunique and i.indisvalid)
         and exists (select 1 from pg_trigger where tgname = 'keep_duties_apart' and tgenabled in ('O', 'A'))) as duties_kept_apart,
       coalesce((select alone from access.matrix_version where state = 'active'), false) as matrix_alone,
       (select count(*)::int from access.session where created_at < $7) as expired_sessions,
       (select count(*)::int from access.session where octet_length(token_hash) <> 32) as clear_tokens`,
    [
      age_days_max === null ? null : before(age_days_max),
      [...ROLE_NAMES],
      before(UNUSED_DAYS),
      before(1),
      ["owner", ...ADMIN_ROLES],
      before(7),
      before(policy.session_hours_max / 24 + 1),
      [...ADMIN_ROLES],
    ],
  );
  if (counts === undefined) throw new Error("no facts about people");
  return { ...counts, policy, age_days_max, classes_min, admins: await adminCounts(tx) };
}

async function adminCounts(tx: Tx): Promise<PeopleFacts["admins"]> {
  const rows = await tx.query<{ role: string; people: number; enrolled: number }>(
    `select role, count(*)::int as people, (count(*) filter (where exists (select 1 from access.factor f
       where f.person_id = p.person_id and f.confirmed_at is not null)))::int as enrolled
     from access.person p where disabled_at is null and password_hash is not null and role = any ($1) group by role`,
    [[...ADMIN_ROLES]],
  );
  const of = (role: string) => rows.find((row) => row.role === role) ?? { people: 0, enrolled: 0 };
  return { system_admin: of("system_admin"), security_admin: of("security_admin"), audit_admin: of("audit_admin") };
}

class Undone extends Error {}

/** Fails to sign in so often as the policy allows, for somebody who is then undone: whether the account was locked. */
export async function lockoutWorks(ground: Ground): Promise<boolean> {
  let locked = false;
  await ground.store
    .write(SYSTEM_SCOPE, async (tx) => {
      const policy = await securityPolicy(tx);
      const now = ground.wall.now();
      const person = await tx.one<{ person_id: number }>(
        "insert into access.person (name, email, role, created_at) values ('proof', 'lock-proof@invalid', 'clerk', $1) returning person_id",
        [now],
      );
      const person_id = person?.person_id ?? 0;
      for (let n = 0; n < policy.attempts_max; n++) await countFailure(tx, person_id, "password", policy, now);
      const row = await tx.one<{ locked: boolean }>(
        "select locked_until > $2 as locked from access.person where person_id = $1",
        [person_id, now],
      );
      locked = row?.locked ?? false;
      throw new Undone();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undone)) throw error;
    });
  return locked;
}

/** Facts about the matrix in force. */
export interface MatrixFacts {
  readonly version: number;
  readonly hash: string;
  readonly cells: number;
  /** Roles that hold a permission at the level of internal data. */
  holders(permission: Permission): readonly Role[];
  /** Cells that give sensitive personal data without anything else. */
  readonly open_l4: readonly string[];
}

export async function matrixFacts(ground: Ground): Promise<MatrixFacts> {
  const matrix = await currentMatrix(ground);
  const holders = (permission: Permission) =>
    ROLE_NAMES.filter((role) =>
      LEVELS.some((level) => level !== "L4" && matrix.outcome(role, permission, level) !== "deny"),
    );
  const open_l4 = ROLE_NAMES.flatMap((role) =>
    PERMISSIONS.filter((permission) => matrix.outcome(role, permission, "L4") === "allow").map(
      (permission) => `${role} ${permission}`,
    ),
  );
  const cells = ROLE_NAMES.length * PERMISSIONS.length * LEVELS.length;
  return { version: matrix.version, hash: matrix.hash, cells, holders, open_l4 };
}
