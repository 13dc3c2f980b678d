import type { Ground } from "../ground.ts";
import { memberRowsById } from "../members/index.ts";
import { businessDay, problem } from "../platform/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { type Tag, type TagBook, valueOn } from "./book.ts";
import { reasonsFor } from "./member-reasons.ts";
import { definitionHash } from "./registry.ts";
import {
  allocate,
  figuresOf,
  ISSUED_COVERAGE_BP,
  PASS_BP,
  REVIEW_SAMPLE_MIN,
  type ReviewFigures,
  type ReviewState,
  stateOf,
} from "./review-figures.ts";
import {
  drawItems,
  issuedStrata,
  judgedStrata,
  lockItem,
  newestReviews,
  reviewById,
  reviewersOf,
  reviewItems,
  type ReviewRow,
  type Verdict,
  writeReview,
  writeVerdict,
} from "./review-store.ts";
import { coverages } from "./statistics-store.ts";
import { tagState } from "./tags-store.ts";

export interface Reviewer {
  readonly person_id: number | null;
  readonly name: string | null;
}

export interface TagAccuracy extends ReviewFigures {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly state: ReviewState;
  /** The newest review of this definition; null when there is none. */
  readonly review_id: number | null;
  /** A review exists, but of another definition. */
  readonly outdated: boolean;
  readonly coverage_bp: number | null;
  readonly reviewed_at: string | null;
}

/** Every tag that is computed with what reviews say of it; the headline is how many pass, never a mean. */
export async function accuracies(tx: Tx, book: TagBook) {
  const covered = new Map((await coverages(tx)).map((row) => [row.tag, row]));
  const newest = new Map((await newestReviews(tx)).map((row) => [row.tag, row]));
  const judged = await judgedStrata(
    tx,
    [...newest.values()].map(({ review_id }) => review_id),
  );
  const items = [...book.tags.values()].map((tag): TagAccuracy => {
    const { key, zh, en } = tag.definition;
    const coverage = covered.get(key);
    const review = newest.get(key);
    const current =
      review !== undefined && review.definition_hash === definitionHash(tag.definition) ? review : undefined;
    const figures = current === undefined ? undefined : figuresOf(judged.get(current.review_id) ?? []);
    const coverage_bp =
      coverage === undefined || coverage.total === 0 ? null : Math.floor((coverage.members * 10_000) / coverage.total);
    return {
      key,
      zh,
      en,
      state: stateOf(figures, coverage_bp),
      review_id: current?.review_id ?? null,
      outdated: review !== undefined && current === undefined,
      coverage_bp,
      reviewed_at: current?.created_at.toISOString() ?? null,
      ...(figures ?? { sampled: 0, judged: 0, right: 0, right_bp: null, lower_bp: null }),
    };
  });
  return {
    passed: items.filter(({ state }) => state === "passed").length,
    tags: items.length,
    pass_bp: PASS_BP,
    issued_coverage_bp: ISSUED_COVERAGE_BP,
    items,
  };
}

/**
 * Draws a stratified sample of a tag's issued values and keeps it with values and reasons as they are now.
 * @throws tags.review_open while the newest sample is not judged to its end, tags.nothing_issued
 */
export async function drawReview(
  tx: Tx,
  ground: Ground,
  tag: Tag,
  book: TagBook,
  person: Reviewer,
  seed: number,
): Promise<number> {
  const { key } = tag.definition;
  // two people who begin at the same moment get one sample
  await tx.query("select pg_advisory_xact_lock(hashtext('tags.review ' || $1))", [key]);
  const hash = definitionHash(tag.definition);
  const before = (await newestReviews(tx)).find((row) => row.tag === key);
  if (before !== undefined && before.definition_hash === hash) {
    const figures = figuresOf((await judgedStrata(tx, [before.review_id])).get(before.review_id) ?? []);
    if (figures.judged < figures.sampled) throw problem("tags.review_open", { key, review_id: before.review_id });
  }
  const strata = await issuedStrata(tx, key, tag.kind);
  if (strata.length === 0) throw problem("tags.nothing_issued", { key });
  const state = await tagState(tx);
  const day = state.day ?? businessDay(ground.clock.now(), ground.config.timezone);
  const drawn = await drawItems(tx, key, tag.kind, seed, allocate(strata, REVIEW_SAMPLE_MIN));
  const items = drawn.map((item) => ({ ...item, value: valueOn(tag.kind, item.value, day) }));
  const values = new Map(items.map(({ member_id, value }) => [member_id, value]));
  const reasons = await reasonsFor(tx, ground, book, tag.definition, values, day);
  return writeReview(
    tx,
    {
      tag: key,
      definition_hash: hash,
      seed,
      day,
      population: strata.reduce((sum, stratum) => sum + stratum.population, 0),
      person_id: person.person_id,
      person_name: person.name,
      created_at: ground.clock.now(),
    },
    strata,
    items.map((item) => {
      const { zh, en } = reasons.get(item.member_id)?.why ?? { zh: "", en: "" };
      return { ...item, why_zh: zh, why_en: en };
    }),
  );
}

async function reviewOf(tx: Tx, review_id: number): Promise<ReviewRow> {
  const review = await reviewById(tx, review_id);
  if (review === undefined) throw problem("tags.no_review", { review_id });
  return review;
}

/** A review with its figures, and its items of members whom the person may see, masked. */
export async function reviewDetail(tx: Tx, ground: Ground, book: TagBook, scope: Scope, review_id: number) {
  const review = await reviewOf(tx, review_id);
  const strata = (await judgedStrata(tx, [review_id])).get(review_id) ?? [];
  const figures = figuresOf(strata);
  const coverage = (await coverages(tx)).find((row) => row.tag === review.tag);
  const coverage_bp =
    coverage === undefined || coverage.total === 0 ? null : Math.floor((coverage.members * 10_000) / coverage.total);
  const tag = book.get(review.tag);
  const items = await reviewItems(tx, review_id, scope.stores === "all" ? null : scope.stores);
  const members = new Map(
    (
      await memberRowsById(
        tx,
        ground,
        items.map(({ member_id }) => member_id),
      )
    ).map((member) => [member.member_id, member]),
  );
  const values = new Map(items.map(({ member_id, value }) => [member_id, value]));
  const shown = tag === undefined ? undefined : await reasonsFor(tx, ground, book, wordsOnly(tag), values, review.day);
  return {
    review_id,
    key: review.tag,
    zh: tag?.definition.zh ?? review.tag,
    en: tag?.definition.en ?? review.tag,
    sentence_zh: tag?.definition.sentence_zh ?? "",
    sentence_en: tag?.definition.sentence_en ?? "",
    day: review.day,
    seed: review.seed,
    population: review.population,
    created_at: review.created_at.toISOString(),
    person_name: review.person_name,
    outdated: tag === undefined || definitionHash(tag.definition) !== review.definition_hash,
    state: stateOf(figures, coverage_bp),
    coverage_bp,
    ...figures,
    strata,
    reviewers: await reviewersOf(tx, review_id),
    items: items.map((item) => ({
      place: item.place,
      value: item.value,
      display: shown?.get(item.member_id)?.display ?? { zh: item.value, en: item.value },
      why: { zh: item.why_zh, en: item.why_en },
      verdict: item.verdict,
      person_name: item.person_name,
      judged_at: item.judged_at?.toISOString() ?? null,
      member_id: item.member_id,
      member: members.get(item.member_id) ?? null,
    })),
  };
}

/** Values by name only: the reasons are kept as they were. */
const wordsOnly = ({ definition }: Tag) => ({ ...definition, reason: { zh: "", en: "" } });

/**
 * Keeps what a person says of one value; null takes one's own word back.
 * @throws tags.no_review_item outside the person's stores, tags.judged_by_other
 */
export async function judge(
  tx: Tx,
  ground: Ground,
  scope: Scope,
  review_id: number,
  place: number,
  verdict: Verdict | null,
  person: Reviewer,
): Promise<ReviewFigures> {
  await reviewOf(tx, review_id);
  const item = await lockItem(tx, review_id, place, scope.stores === "all" ? null : scope.stores);
  if (item === undefined) throw problem("tags.no_review_item", { review_id, place });
  if (item.verdict !== null && item.person_id !== person.person_id)
    throw problem("tags.judged_by_other", { place, name: item.person_name });
  await writeVerdict(tx, review_id, place, verdict, person, ground.clock.now());
  return figuresOf((await judgedStrata(tx, [review_id])).get(review_id) ?? []);
}
