import type { Tx } from "../../store/index.ts";

/** What the security administrator said about the identity provider. */
export interface ProviderRow {
  readonly enabled: boolean;
  readonly label: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly secret_sealed: Buffer | null;
  readonly email_claim: string;
  readonly domains: readonly string[];
  readonly strong_values: readonly string[];
  readonly changed_at: Date;
}

export function providerOf(tx: Tx): Promise<ProviderRow | undefined> {
  return tx.one<ProviderRow>(
    `select enabled, label, issuer, client_id, secret_sealed, email_claim, domains, strong_values, changed_at
     from access.oidc_provider`,
  );
}

/** Another issuer is another world of accounts: the links of the one before stay, and match nothing. */
export async function setProvider(tx: Tx, provider: ProviderRow, changed_by: number): Promise<void> {
  await tx.query(
    `insert into access.oidc_provider (enabled, label, issuer, client_id, secret_sealed, email_claim, domains, strong_values, changed_at, changed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (one) do update set enabled = excluded.enabled, label = excluded.label, issuer = excluded.issuer,
       client_id = excluded.client_id, secret_sealed = excluded.secret_sealed, email_claim = excluded.email_claim,
       domains = excluded.domains, strong_values = excluded.strong_values, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    [
      provider.enabled,
      provider.label,
      provider.issuer,
      provider.client_id,
      provider.secret_sealed,
      provider.email_claim,
      provider.domains,
      provider.strong_values,
      provider.changed_at,
      changed_by,
    ],
  );
}

export async function insertAttempt(tx: Tx, attempt_hash: Buffer, now: Date, expires_at: Date): Promise<void> {
  await tx.query("delete from access.oidc_attempt where expires_at <= $1", [now]);
  await tx.query("insert into access.oidc_attempt (attempt_hash, expires_at) values ($1, $2)", [
    attempt_hash,
    expires_at,
  ]);
}

/** Uses an attempt up. @returns false when it is unknown, used or too old */
export async function useAttempt(tx: Tx, attempt_hash: Buffer, now: Date): Promise<boolean> {
  const row = await tx.one<{ expires_at: Date }>(
    "delete from access.oidc_attempt where attempt_hash = $1 returning expires_at",
    [attempt_hash],
  );
  return row !== undefined && row.expires_at > now;
}

export function linkedPerson(tx: Tx, issuer: string, subject: string): Promise<{ person_id: number } | undefined> {
  return tx.one("select person_id from access.oidc_link where issuer = $1 and subject = $2", [issuer, subject]);
}

/** @returns false when the person, or the account at the provider, is linked otherwise */
export async function insertLink(
  tx: Tx,
  link: { readonly person_id: number; readonly issuer: string; readonly subject: string; readonly now: Date },
): Promise<boolean> {
  // a link to a provider that is not asked any more says nothing
  await tx.query("delete from access.oidc_link where person_id = $1 and issuer <> $2", [link.person_id, link.issuer]);
  const made = await tx.execute(
    "insert into access.oidc_link (person_id, issuer, subject, made_at) values ($1, $2, $3, $4) on conflict do nothing",
    [link.person_id, link.issuer, link.subject, link.now],
  );
  return made > 0;
}

export async function deleteLink(tx: Tx, person_id: number): Promise<boolean> {
  return (await tx.execute("delete from access.oidc_link where person_id = $1", [person_id])) > 0;
}
