import type { Scope, Tx } from "../store/index.ts";
import { ADMIN_ROLES, TILL_ROLE } from "./roles.ts";

export interface PersonRow {
  readonly person_id: number;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly password_hash: string | null;
  readonly scope_regions: string[] | null;
  readonly scope_stores: string[] | null;
  readonly scope_brands: string[] | null;
  readonly disabled_at: Date | null;
  /** When the account ends by itself. */
  readonly leaves_at: Date | null;
  readonly failed_attempts: number;
  readonly locked_until: Date | null;
  readonly factor_failures: number;
  readonly factor_locked_until: Date | null;
  readonly created_at: Date;
  readonly password_changed_at: Date | null;
  readonly password_history: string[];
}

/** How a session was begun, and since when a second factor is proved by whoever vouched for the person. */
export interface HowOpened {
  readonly opened_by: "password" | "oidc" | "pin";
  readonly strong_since: Date | undefined;
  /** The tablet that a session by PIN belongs to. */
  readonly tablet_id?: number;
}

/** The tablet at which somebody works by their PIN. */
export interface AtTablet {
  readonly tablet_id: number;
  readonly store_code: string;
  readonly name: string;
}

/** Whose work a session does for a while, as it is at this moment. */
export interface ActingFor extends OwnRows {
  readonly delegation_id: number;
  readonly giver_id: number;
  readonly giver: string;
  readonly role: string;
  readonly until_at: string;
}

/** What a session has proved. */
export interface SessionRow {
  readonly session_id: number;
  readonly token_hash: Buffer;
  readonly created_at: Date;
  readonly last_seen_at: Date;
  /** 1: a password; 2: a second factor too. */
  readonly assurance: number;
  readonly last_strong_auth_at: Date | null;
  readonly proved_by: string;
  readonly opened_by: HowOpened["opened_by"];
  /** Whether its person has a second factor. */
  readonly has_factor: boolean;
  /** The version of the permission matrix in force as the session was read; null: the one that is shipped. */
  readonly matrix_version: number | null;
  /** The role and stores through whose eyes the session looks (view-as.ts). */
  readonly view_role: string | null;
  readonly view_stores: string[] | null;
  /** null: the person's own work; also once the delegation has ended, its giver has left or has another role, or both are of the
   * three administrators by now. */
  readonly acting_for: ActingFor | null;
  /** null: a log-in of one's own. */
  readonly tablet: AtTablet | null;
  /** Members of other stores whom the person found by an exact phone or code a moment ago. */
  readonly found: number[] | null;
}

/** Hashes of earlier passwords that are kept, the present one among them. */
const PASSWORDS_KEPT = 24;

const PERSON =
  "p.person_id, p.name, p.email, p.role, p.password_hash, p.scope_regions, p.scope_stores, p.scope_brands, p.disabled_at, p.leaves_at, p.failed_attempts, p.locked_until, p.factor_failures, p.factor_locked_until, p.created_at, p.password_changed_at, p.password_history";

/** A condition on `p`: the person has set a password, or has come by the identity provider; an invitation alone is nobody. */
export const HAS_COME =
  "(p.password_hash is not null or exists (select 1 from access.oidc_link o where o.person_id = p.person_id))";

/** A person's stores in SQL: those that they were given, or those that lie in their regions and brands. */
export const STORES_OF_PERSON = "access.stores_of(p.scope_regions, p.scope_stores, p.scope_brands)";

/** The regions, stores and brands that somebody was given; null: not bound to any. */
export type OwnRows = Pick<PersonRow, "scope_regions" | "scope_stores" | "scope_brands">;

/** Whether the account is closed: disabled, or past the instant at which it ends by itself. */
export function hasLeft(person: Pick<PersonRow, "disabled_at" | "leaves_at">, now: Date): boolean {
  return person.disabled_at !== null || (person.leaves_at !== null && person.leaves_at <= now);
}

export function scopeOf(person: OwnRows): Scope {
  return {
    regions: person.scope_regions ?? "all",
    stores: person.scope_stores ?? "all",
    brands: person.scope_brands ?? "all",
  };
}

export function personByEmail(tx: Tx, email: string): Promise<PersonRow | undefined> {
  return tx.one<PersonRow>(`select ${PERSON} from access.person p where lower(p.email) = lower($1)`, [email]);
}

export function personById(tx: Tx, person_id: number): Promise<PersonRow | undefined> {
  return tx.one<PersonRow>(`select ${PERSON} from access.person p where p.person_id = $1`, [person_id]);
}

export function listPeople(tx: Tx): Promise<
  (PersonRow & {
    last_seen_at: Date | null;
    has_factor: boolean;
    has_come: boolean;
    /** Since when an account at the identity provider is bound to this one. */
    sso_linked_at: Date | null;
  })[]
> {
  return tx.query(
    `select ${PERSON}, (select max(s.last_seen_at) from access.session s where s.person_id = p.person_id) as last_seen_at,
       exists (select 1 from access.factor f where f.person_id = p.person_id and f.confirmed_at is not null) as has_factor,
       ${HAS_COME} as has_come, (select o.made_at from access.oidc_link o where o.person_id = p.person_id) as sso_linked_at
     from access.person p order by p.person_id`,
  );
}

/** People who can sign in now. */
export function signingIn(tx: Tx): Promise<PersonRow[]> {
  return tx.query<PersonRow>(
    `select ${PERSON} from access.person p where p.disabled_at is null and p.password_hash is not null order by p.person_id`,
  );
}

export async function insertPerson(
  tx: Tx,
  person: {
    name: string;
    email: string;
    role: string;
    password_hash: string | null;
    scope_stores?: readonly string[] | null;
    now: Date;
  },
): Promise<number | undefined> {
  const row = await tx.one<{ person_id: number }>(
    `insert into access.person (name, email, role, password_hash, scope_stores, created_at, password_changed_at, password_history)
     values ($1, $2, $3, $4, $5, $6, case when $4::text is null then null else $6::timestamptz end, array_remove(array[$4::text], null))
     on conflict (lower(email)) do nothing returning person_id`,
    [person.name, person.email, person.role, person.password_hash, person.scope_stores ?? null, person.now],
  );
  return row?.person_id;
}

export async function updatePerson(
  tx: Tx,
  person_id: number,
  change: {
    role?: string;
    disabled_at?: Date | null;
    name?: string;
    leaves_at?: null;
    scope_stores?: readonly string[] | null;
  },
): Promise<void> {
  await tx.query(
    `update access.person set role = coalesce($2, role), name = coalesce($3, name),
       disabled_at = case when $4 then $5 else disabled_at end, leaves_at = case when $6 then null else leaves_at end,
       scope_stores = case when $7 then $8::text[] else scope_stores end
     where person_id = $1`,
    [
      person_id,
      change.role ?? null,
      change.name ?? null,
      "disabled_at" in change,
      change.disabled_at ?? null,
      "leaves_at" in change,
      "scope_stores" in change,
      change.scope_stores ?? null,
    ],
  );
}

export async function countActiveOwners(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>(
    "select count(*) as count from access.person where role = 'owner' and disabled_at is null",
  );
  return row?.count ?? 0;
}

export async function anyPerson(tx: Tx): Promise<boolean> {
  return (await tx.one("select 1 from access.person limit 1")) !== undefined;
}

export async function insertSession(
  tx: Tx,
  session: { token_hash: Buffer; person_id: number; now: Date; ip: string; user_agent: string } & HowOpened,
): Promise<void> {
  await tx.query(
    `insert into access.session (token_hash, person_id, created_at, last_seen_at, ip, user_agent, opened_by, assurance,
       last_strong_auth_at, proved_by, tablet_id)
     values ($1, $2, $3, $3, $4, $5, $6, case when $7::timestamptz is null then 1 else 2 end, $7, $6, $8)`,
    [
      session.token_hash,
      session.person_id,
      session.now,
      session.ip,
      session.user_agent.slice(0, 300),
      session.opened_by,
      session.strong_since ?? null,
      session.tablet_id ?? null,
    ],
  );
}

/** So many of the members found last stay open. */
const FOUND_MAX = 50;

/** What a request shows, and before which instants nothing counts any more. */
export interface Presented {
  readonly token_hash: Buffer;
  /** Of the secret of a tablet's browser; null: none was sent. */
  readonly device_hash: Buffer | null;
  readonly seen_after: Date;
  /** The same for sessions at tablets. */
  readonly seen_at_tablet_after: Date;
  readonly made_after: Date;
  readonly found_after: Date;
  readonly now: Date;
}

/**
 * The person of a live session; a session idle or old beyond the limits does not count. One by PIN counts only together
 * with its tablet, as long as the tablet is bound and its clerk is one of that store and keeps a PIN.
 */
export async function personOfSession(
  tx: Tx,
  shown: Presented,
): Promise<{ readonly person: PersonRow; readonly session: SessionRow } | undefined> {
  const person = await tx.one<PersonRow & SessionRow & { session_made_at: Date }>(
    `select ${PERSON}, s.session_id, s.token_hash, s.created_at as session_made_at, s.last_seen_at, s.assurance,
       s.last_strong_auth_at, s.proved_by, s.opened_by, s.view_role, s.view_stores,
       exists (select 1 from access.factor f where f.person_id = p.person_id and f.confirmed_at is not null) as has_factor,
       (select version from access.matrix_version where state = 'active') as matrix_version,
       (select jsonb_build_object('delegation_id', d.delegation_id, 'giver_id', g.person_id, 'giver', g.name, 'role', g.role,
           'until_at', d.until_at, 'scope_regions', g.scope_regions, 'scope_stores', g.scope_stores, 'scope_brands', g.scope_brands)
         from access.delegation d join access.person g on g.person_id = d.giver_id
         where d.delegation_id = s.delegation_id and d.taker_id = p.person_id and d.approved_at is not null and d.ended_at is null
           and d.from_at <= $5 and d.until_at > $5 and g.disabled_at is null and g.role = d.role
           and not (d.role = any($8) and p.role = any($8))) as acting_for,
       (select array_agg(l.member_id)::float8[] from (select member_id from access.lookup where person_id = p.person_id and at > $4
          and member_id is not null order by at desc limit ${FOUND_MAX}) l) as found,
       case when t.tablet_id is null then null
         else jsonb_build_object('tablet_id', t.tablet_id, 'store_code', t.store_code, 'name', t.name) end as tablet
     from access.session s join access.person p using (person_id) left join access.tablet t on t.tablet_id = s.tablet_id
     where s.token_hash = $1 and s.last_seen_at > $2 and s.created_at > $3 and p.disabled_at is null
       and (p.leaves_at is null or p.leaves_at > $5)
       and (s.tablet_id is null or (t.device_hash = $6 and t.revoked_at is null and t.expires_at > $5 and s.last_seen_at > $7
         and p.role = '${TILL_ROLE}' and t.store_code = any(${STORES_OF_PERSON})
         and exists (select 1 from access.pin n where n.person_id = p.person_id)))`,
    [
      shown.token_hash,
      shown.seen_after,
      shown.made_after,
      shown.found_after,
      shown.now,
      shown.device_hash,
      shown.seen_at_tablet_after,
      [...ADMIN_ROLES],
    ],
  );
  return person === undefined ? undefined : { person, session: { ...person, created_at: person.session_made_at } };
}

/** The session proved itself strongly just now, and has another token from now on. @returns false when it ended meanwhile */
export async function strengthenSession(
  tx: Tx,
  token_hash: Buffer,
  next_hash: Buffer,
  proved_by: string,
  now: Date,
): Promise<boolean> {
  const strengthened = await tx.execute(
    `update access.session set token_hash = $2, assurance = 2, proved_by = $3, last_strong_auth_at = $4, last_seen_at = $4
     where token_hash = $1`,
    [token_hash, next_hash, proved_by, now],
  );
  return strengthened > 0;
}

export interface SessionView {
  readonly session_id: number;
  readonly created_at: Date;
  readonly last_seen_at: Date;
  readonly assurance: number;
  readonly proved_by: string;
  readonly ip: string | null;
  readonly user_agent: string | null;
}

/** Sessions that still count, the one seen last first. */
export function sessionsOf(tx: Tx, person_id: number, seen_after: Date, made_after: Date): Promise<SessionView[]> {
  return tx.query<SessionView>(
    `select session_id, created_at, last_seen_at, assurance, proved_by, ip, user_agent from access.session
     where person_id = $1 and last_seen_at > $2 and created_at > $3 order by last_seen_at desc, session_id`,
    [person_id, seen_after, made_after],
  );
}

export async function deleteSessionOf(tx: Tx, person_id: number, session_id: number): Promise<boolean> {
  return (
    (await tx.execute("delete from access.session where person_id = $1 and session_id = $2", [person_id, session_id])) >
    0
  );
}

/** All of a person's sessions but this one, whatever its token is by now. */
export async function deleteOtherSessions(tx: Tx, person_id: number, session_id: number): Promise<number> {
  return tx.execute("delete from access.session where person_id = $1 and session_id <> $2", [person_id, session_id]);
}

export async function touchSession(tx: Tx, token_hash: Buffer, now: Date): Promise<void> {
  await tx.query("update access.session set last_seen_at = $2 where token_hash = $1", [token_hash, now]);
}

export async function deleteSession(tx: Tx, token_hash: Buffer): Promise<void> {
  await tx.query("delete from access.session where token_hash = $1", [token_hash]);
}

export async function deleteSessionsOf(tx: Tx, person_id: number): Promise<void> {
  await tx.query("delete from access.session where person_id = $1", [person_id]);
}

export async function insertInvitation(
  tx: Tx,
  invitation: {
    token_hash: Buffer;
    purpose: "setup" | "invite" | "reset" | "pin";
    person_id: number | null;
    now: Date;
    expires_at: Date;
  },
): Promise<void> {
  if (invitation.purpose === "setup") await tx.query("delete from access.invitation where purpose = 'setup'");
  if (invitation.purpose === "reset" || invitation.purpose === "pin")
    await tx.query("delete from access.invitation where purpose = $2 and person_id = $1", [
      invitation.person_id,
      invitation.purpose,
    ]);
  await tx.query(
    "insert into access.invitation (token_hash, purpose, person_id, created_at, expires_at) values ($1, $2, $3, $4, $5)",
    [invitation.token_hash, invitation.purpose, invitation.person_id, invitation.now, invitation.expires_at],
  );
}

/** The invitation as long as it could be used, without using it. */
export function invitationStands(
  tx: Tx,
  token_hash: Buffer,
  purpose: string,
  now: Date,
): Promise<{ person_id: number | null } | undefined> {
  return tx.one(
    "select person_id from access.invitation where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3",
    [token_hash, purpose, now],
  );
}

/** Uses an invitation up; undefined when it is unknown, used or expired. */
export function useInvitation(
  tx: Tx,
  token_hash: Buffer,
  purpose: string,
  now: Date,
): Promise<{ person_id: number | null } | undefined> {
  return tx.one(
    `update access.invitation set used_at = $3 where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3
     returning person_id`,
    [token_hash, purpose, now],
  );
}

/** Another password; what was counted and locked stays, so that a new password gives no fresh attempts. */
export async function setPassword(tx: Tx, person_id: number, password_hash: string, now: Date): Promise<void> {
  await tx.query(
    `update access.person set password_hash = $2, password_changed_at = $3,
       password_history = (array_prepend($2, password_history))[1:${PASSWORDS_KEPT}] where person_id = $1`,
    [person_id, password_hash, now],
  );
}
