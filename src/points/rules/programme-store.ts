import { addDays, type BusinessDay, problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Programme } from "./programme.ts";

export interface ProgrammeVersion {
  readonly programme: string;
  readonly version: number;
  readonly definition: Programme;
  readonly origin: "shipped" | "console";
  readonly person_id: number | null;
  readonly created_at: Date;
}

/** A version with the day from which on it holds. */
export interface Terms {
  readonly activation_id: number;
  readonly programme: string;
  readonly version: number;
  readonly from_day: BusinessDay;
  readonly definition: Programme;
}

const VERSION = "programme, version, definition, origin, person_id, created_at";

/** Adds a version. Versions are never changed. @returns its number */
export async function addProgrammeVersion(
  tx: Tx,
  definition: Programme,
  by: { readonly origin: "shipped" | "console"; readonly person_id: number | null; readonly now: Date },
): Promise<number> {
  const row = await tx.one<{ version: number }>(
    `insert into points.programme (programme, version, definition, origin, person_id, created_at)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5 from points.programme where programme = $1 returning version`,
    [definition.key, JSON.stringify(definition), by.origin, by.person_id, by.now],
  );
  return row?.version ?? 0;
}

/** Offers what ships as first versions; none of them holds until a person says so. */
export async function ensureProgrammes(tx: Tx, shipped: readonly Programme[], now: Date): Promise<void> {
  for (const definition of shipped) {
    await tx.query(
      `insert into points.programme (programme, version, definition, origin, created_at)
       select $1, 1, $2, 'shipped', $3 where not exists (select from points.programme where programme = $1)
       on conflict do nothing`,
      [definition.key, JSON.stringify(definition), now],
    );
  }
}

/** The newest version of every programme, in the order in which they were first made. */
export async function newestProgrammes(tx: Tx): Promise<(ProgrammeVersion & { readonly versions: number })[]> {
  return tx.query(
    `select distinct on (first, programme) ${VERSION}, versions from (
       select *, min(created_at) over (partition by programme) as first, count(*) over (partition by programme) as versions
       from points.programme) p order by first, programme, version desc`,
  );
}

/** All versions of one programme, newest first. */
export async function programmeVersions(tx: Tx, programme: string): Promise<ProgrammeVersion[]> {
  return tx.query(`select ${VERSION} from points.programme where programme = $1 order by version desc`, [programme]);
}

/** @throws points.programme_not_found, points.version_not_found */
export async function programmeVersion(tx: Tx, programme: string, version: number): Promise<ProgrammeVersion> {
  const versions = await programmeVersions(tx, programme);
  if (versions.length === 0) throw problem("points.programme_not_found", { programme });
  const found = versions.find((row) => row.version === version);
  if (found === undefined) throw problem("points.version_not_found", { programme, version });
  return found;
}

/** Everything that holds, held or will hold, latest day first. */
export async function allTerms(tx: Tx): Promise<Terms[]> {
  return tx.query<Terms>(
    `select a.activation_id, a.programme, a.version, a.from_day, p.definition
     from points.activation a join points.programme p using (programme, version)
     where a.withdrawn_at is null order by a.from_day desc, a.activation_id desc`,
  );
}

/** The terms by which something of a day is judged. @param terms as {@link allTerms} gives them */
export function termsOn(terms: readonly Terms[], day: BusinessDay): Terms | undefined {
  return terms.find(({ from_day }) => from_day <= day);
}

/** Keys of the rules that hold on a day. */
export async function rulesOn(tx: Tx, day: BusinessDay): Promise<ReadonlySet<string>> {
  return new Set(termsOn(await allTerms(tx), day)?.definition.rules.map(({ key }) => key));
}

/** How rules are called; where versions differ, as the latest terms call them. @param terms as {@link allTerms} gives them */
export function ruleNames(
  terms: readonly Terms[],
): readonly { readonly rule: string; readonly zh: string; readonly en: string }[] {
  const names = new Map<string, { rule: string; zh: string; en: string }>();
  for (const { definition } of terms)
    for (const { key, zh, en } of definition.rules) if (!names.has(key)) names.set(key, { rule: key, zh, en });
  return [...names.values()];
}

/**
 * Lets a version hold from a day on; what was ordered before keeps its terms.
 * @throws points.too_soon where the programme in force promises more notice; points.not_before where a later one is set
 */
export async function activateProgramme(
  tx: Tx,
  { programme, version, from_day }: Pick<Terms, "programme" | "version" | "from_day">,
  by: { readonly person_id: number | null; readonly now: Date; readonly today: BusinessDay },
): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('points.activate'))");
  await programmeVersion(tx, programme, version);
  const terms = await allTerms(tx);
  const current = termsOn(terms, by.today);
  if (current !== undefined) {
    const { notice_days } = current.definition;
    const earliest = addDays(by.today, notice_days);
    if (from_day < earliest) throw problem("points.too_soon", { earliest, notice_days });
  }
  const [latest] = terms;
  if (latest !== undefined && latest.from_day >= from_day)
    throw problem("points.not_before", { from_day: latest.from_day });
  await tx.query(
    "insert into points.activation (programme, version, from_day, person_id, activated_at) values ($1, $2, $3, $4, $5)",
    [programme, version, from_day, by.person_id, by.now],
  );
}

/** Takes back what does not hold yet. @returns whether there was such an activation */
export async function withdrawActivation(
  tx: Tx,
  activation_id: number,
  by: { readonly now: Date; readonly today: BusinessDay },
): Promise<boolean> {
  const changed = await tx.execute(
    "update points.activation set withdrawn_at = $2 where activation_id = $1 and withdrawn_at is null and from_day > $3::date",
    [activation_id, by.now, by.today],
  );
  return changed > 0;
}
