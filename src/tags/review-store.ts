import type { Tx } from "../store/index.ts";
import type { StoredKind } from "./book.ts";
import type { JudgedStratum, Stratum } from "./review-figures.ts";

export type Verdict = "right" | "wrong" | "unknown";

export interface ReviewRow {
  readonly review_id: number;
  readonly tag: string;
  readonly definition_hash: string;
  readonly seed: number;
  readonly day: string;
  readonly population: number;
  readonly person_name: string | null;
  readonly created_at: Date;
}
export interface ReviewItem {
  readonly place: number;
  readonly stratum: string;
  readonly member_id: number;
  readonly value: string;
  readonly why_zh: string;
  readonly why_en: string;
  readonly verdict: Verdict | null;
  readonly person_id: number | null;
  readonly person_name: string | null;
  readonly judged_at: Date | null;
}
export interface DrawnItem {
  readonly member_id: number;
  readonly stratum: string;
  readonly value: string;
}

const BANDS = 5;
/** Values with a stratum of their own; the rarer ones share one. */
const STRATA_MAX = 40;

/**
 * Issued values of a tag ($1) by stratum: texts by value, dates by year, numbers by the fifth they fall in.
 * Named values beyond the commonest share a stratum, as `statistic` keeps no more of them either.
 */
function issued(kind: StoredKind): string {
  const base = `select c.member_id, c.value ->> $1 as value from tags.current c
    where c.value ? $1 and exists (select 1 from catalogue.members m where m.member_id = c.member_id)`;
  switch (kind) {
    case "number":
      return `select member_id, value, 'b' || ntile(${BANDS}) over (order by value::numeric, member_id) as stratum from (${base}) i`;
    case "since":
      return `select member_id, value, 'b' || ntile(${BANDS}) over (order by value::date, member_id) as stratum from (${base}) i`;
    case "date":
      return `select member_id, value, left(value, 4) as stratum from (${base}) i`;
    default:
      return `select member_id, value, case when place <= ${STRATA_MAX} then value else '…' end as stratum from (
        select i.member_id, i.value, dense_rank() over (order by often desc, i.value) as place from (
          select b.member_id, b.value, count(*) over (partition by b.value) as often from (${base}) b) i) r`;
  }
}

export async function issuedStrata(tx: Tx, key: string, kind: StoredKind): Promise<Stratum[]> {
  return tx.query<Stratum>(
    `select stratum, count(*) as population from (${issued(kind)}) s group by stratum order by stratum collate "C"`,
    [key],
  );
}

/** Draws so many of each stratum by a seed: the same seed over the same values draws the same members. */
export async function drawItems(
  tx: Tx,
  key: string,
  kind: StoredKind,
  seed: number,
  taken: ReadonlyMap<string, number>,
): Promise<DrawnItem[]> {
  return tx.query<DrawnItem>(
    `select member_id, stratum, value from (
       select s.*, row_number() over (partition by stratum order by md5($2 || ':' || member_id)) as drawn from (${issued(kind)}) s
     ) ranked join unnest($3::text[], $4::int[]) as wanted (stratum, taken) using (stratum)
     where drawn <= taken order by md5($2 || '/' || member_id)`,
    [key, String(seed), [...taken.keys()], [...taken.values()]],
  );
}

export async function writeReview(
  tx: Tx,
  review: Omit<ReviewRow, "review_id"> & { readonly person_id: number | null },
  strata: readonly Stratum[],
  items: readonly (DrawnItem & { readonly why_zh: string; readonly why_en: string })[],
): Promise<number> {
  const row = await tx.one<{ review_id: number }>(
    `insert into tags.review (tag, definition_hash, seed, day, population, person_id, person_name, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning review_id`,
    [
      review.tag,
      review.definition_hash,
      review.seed,
      review.day,
      review.population,
      review.person_id,
      review.person_name,
      review.created_at,
    ],
  );
  const id = row?.review_id ?? 0;
  await tx.query(
    "insert into tags.review_stratum (review_id, stratum, population) select $1, * from unnest($2::text[], $3::bigint[])",
    [id, strata.map(({ stratum }) => stratum), strata.map(({ population }) => population)],
  );
  await tx.query(
    `insert into tags.review_item (review_id, place, stratum, member_id, value, why_zh, why_en)
     select $1, place, stratum, member_id, value, zh, en
     from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[]) with ordinality as i (stratum, member_id, value, zh, en, place)`,
    [
      id,
      items.map(({ stratum }) => stratum),
      items.map(({ member_id }) => member_id),
      items.map(({ value }) => value),
      items.map(({ why_zh }) => why_zh),
      items.map(({ why_en }) => why_en),
    ],
  );
  return id;
}

const REVIEW = "review_id, tag, definition_hash, seed, day, population, person_name, created_at";

export async function reviewById(tx: Tx, review_id: number): Promise<ReviewRow | undefined> {
  return tx.one<ReviewRow>(`select ${REVIEW} from tags.review where review_id = $1`, [review_id]);
}

/** The newest review of every tag. */
export async function newestReviews(tx: Tx): Promise<ReviewRow[]> {
  return tx.query<ReviewRow>(`select distinct on (tag) ${REVIEW} from tags.review order by tag, review_id desc`);
}

export async function judgedStrata(tx: Tx, review_ids: readonly number[]): Promise<Map<number, JudgedStratum[]>> {
  const rows = await tx.query<JudgedStratum & { review_id: number }>(
    `select s.review_id, s.stratum, s.population, count(i.place) as sampled, count(i.verdict) as judged,
       count(i.place) filter (where i.verdict = 'right') as right
     from tags.review_stratum s left join tags.review_item i using (review_id, stratum)
     where s.review_id = any($1) group by s.review_id, s.stratum, s.population order by s.review_id, s.stratum collate "C"`,
    [review_ids],
  );
  const found = new Map<number, JudgedStratum[]>();
  for (const { review_id, ...stratum } of rows) found.set(review_id, [...(found.get(review_id) ?? []), stratum]);
  return found;
}

/** Who judged how many. */
export async function reviewersOf(
  tx: Tx,
  review_id: number,
): Promise<{ person_name: string | null; judged: number }[]> {
  return tx.query(
    `select person_name, count(*) as judged from tags.review_item where review_id = $1 and verdict is not null
     group by person_id, person_name order by 2 desc, 1`,
    [review_id],
  );
}

const ITEM =
  "i.place, i.stratum, i.member_id, i.value, i.why_zh, i.why_en, i.verdict, i.person_id, i.person_name, i.judged_at";
const SEEN =
  "($2::text[] is null or exists (select 1 from catalogue.members m where m.member_id = i.member_id and m.home_store_code = any($2)))";

/** Items of a review in their order, only of members of these stores (null: all). */
export async function reviewItems(tx: Tx, review_id: number, stores: readonly string[] | null): Promise<ReviewItem[]> {
  return tx.query<ReviewItem>(
    `select ${ITEM} from tags.review_item i where i.review_id = $1 and ${SEEN} order by i.place`,
    [review_id, stores],
  );
}

export async function lockItem(
  tx: Tx,
  review_id: number,
  place: number,
  stores: readonly string[] | null,
): Promise<ReviewItem | undefined> {
  return tx.one<ReviewItem>(
    `select ${ITEM} from tags.review_item i where i.review_id = $1 and i.place = $3 and ${SEEN} for update of i`,
    [review_id, stores, place],
  );
}

export async function writeVerdict(
  tx: Tx,
  review_id: number,
  place: number,
  verdict: Verdict | null,
  person: { readonly person_id: number | null; readonly name: string | null },
  now: Date,
): Promise<void> {
  const given = verdict === null ? [null, null, null] : [person.person_id, person.name, now];
  await tx.query(
    `update tags.review_item set verdict = $3, person_id = $4, person_name = $5, judged_at = $6
     where review_id = $1 and place = $2`,
    [review_id, place, verdict, ...given],
  );
}
