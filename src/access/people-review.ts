import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import {
  countUnjudged,
  firstAccountAt,
  insertLines,
  insertReview,
  judgeLine,
  lineAt,
  listReviews,
  reviewForChange,
  type ReviewRow,
  signReview,
  type Verdict,
} from "./people-review-store.ts";

/** A quarter after one was signed the next is due, and one that was begun is to be signed within two weeks. */
const REVIEW_EVERY_DAYS = 90;
const REVIEW_OPEN_DAYS = 14;
const DAY_MS = 86_400_000;

/** Whoever did not come for so long is asked about. */
export const IDLE_DAYS = 90;

export interface Reviews {
  readonly items: readonly ReviewRow[];
  /** When the open one is to be signed; without an open one, when the next is to be begun. */
  readonly due_at: Date;
  readonly overdue: boolean;
}

/** The reviews, newest first, and until when the next step is to be done. */
export async function reviewsOf(ground: Ground): Promise<Reviews> {
  const now = ground.wall.now();
  const { items, first } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    items: await listReviews(tx),
    first: await firstAccountAt(tx),
  }));
  const [newest] = items;
  const open = newest?.signed_at === null;
  const since = open ? newest.made_at : (newest?.signed_at ?? first ?? now);
  const due_at = new Date(since.getTime() + (open ? REVIEW_OPEN_DAYS : REVIEW_EVERY_DAYS) * DAY_MS);
  return { items, due_at, overdue: due_at < now };
}

/** Begins a review: a line for each account and program in use. @throws access.review_open */
export async function beginReview(ground: Ground, by: number): Promise<number> {
  const now = ground.wall.now();
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const review_id = await insertReview(tx, by, now);
    if (review_id === undefined) throw problem("access.review_open");
    await insertLines(tx, review_id, now, new Date(now.getTime() - IDLE_DAYS * DAY_MS));
    return review_id;
  });
}

/**
 * Says of one line whether the access stays; what is to be changed or taken away is done where accounts are managed.
 * @throws access.review_not_found, access.review_signed, access.review_own, access.review_reason
 */
export async function judge(
  ground: Ground,
  by: number,
  { review_id, line }: { readonly review_id: number; readonly line: number },
  verdict: Verdict,
  reason: string | null,
): Promise<void> {
  if (verdict !== "keep" && reason === null) throw problem("access.review_reason");
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await requireOpen(tx, review_id);
    const whose = await lineAt(tx, review_id, line);
    if (whose === undefined) throw problem("access.review_not_found");
    if (whose.person_id === by || whose.owner_id === by) throw problem("access.review_own");
    await judgeLine(tx, { review_id, line }, { verdict, reason, by, now: ground.wall.now() });
  });
}

/** Signs a review off once every line is judged; it does not move any more. @throws access.review_unfinished */
export async function sign(ground: Ground, by: number, review_id: number): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await requireOpen(tx, review_id);
    const left = await countUnjudged(tx, review_id);
    if (left > 0) throw problem("access.review_unfinished", { lines: left });
    await signReview(tx, review_id, by, ground.wall.now());
  });
}

async function requireOpen(tx: Tx, review_id: number): Promise<void> {
  const review = await reviewForChange(tx, review_id);
  if (review === undefined) throw problem("access.review_not_found");
  if (review.signed_at !== null) throw problem("access.review_signed");
}
