import { staffNames } from "../../access/index.ts";
import type { Problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { activityLacks, textLacks } from "./register-needs.ts";
import {
  type Activity,
  type Assessment,
  type ConsentText,
  listActivities,
  listAssessments,
  listTexts,
} from "./register-store.ts";

/** What a draft lacks, in the words in which publishing it would be refused. */
interface Lacks {
  readonly code: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
}
type Named<Row> = Row & { readonly made_name: string | null };
type Versioned<Row> = Named<Row> & { readonly published_name: string | null; readonly lacks: Lacks | null };

export interface RegisterView {
  readonly activities: readonly Versioned<Activity>[];
  readonly assessments: readonly (Named<Assessment> & {
    readonly approved_name: string | null;
    readonly may_approve: boolean;
  })[];
  readonly texts: readonly Versioned<ConsentText>[];
}

/** The registers with all versions, who made what, and what each draft lacks. `alone`: nobody else could approve. */
export async function registersOf(
  tx: Tx,
  reader: { readonly person_id: number | null; readonly alone: boolean },
): Promise<RegisterView> {
  const activities = await listActivities(tx);
  const assessments = await listAssessments(tx);
  const texts = await listTexts(tx);
  const names = await staffNames(tx, [
    ...[...activities, ...texts].flatMap(({ made_by, published_by }) => [made_by, published_by]),
    ...assessments.flatMap(({ made_by, approved_by }) => [made_by, approved_by]),
  ]);
  const nameOf = (person_id: number | null) => (person_id === null ? null : (names.get(person_id) ?? null));
  const versioned = <Row extends Activity | ConsentText>(row: Row, lacks: (row: Row) => Problem | null) => ({
    ...row,
    made_name: nameOf(row.made_by),
    published_name: nameOf(row.published_by),
    lacks: row.state === "draft" ? lacksOf(lacks(row)) : null,
  });
  return {
    activities: activities.map((row) => versioned(row, (draft) => activityLacks(draft, assessments))),
    assessments: assessments.map((row) => ({
      ...row,
      made_name: nameOf(row.made_by),
      approved_name: nameOf(row.approved_by),
      may_approve: row.approved_at === null && (row.made_by !== reader.person_id || reader.alone),
    })),
    texts: texts.map((row) => versioned(row, (draft) => textLacks(draft, activities, assessments))),
  };
}

function lacksOf(found: Problem | null): Lacks | null {
  if (found === null) return null;
  const { code, detail, detail_zh } = found.toJSON();
  return { code: String(code), sentence_zh: String(detail_zh), sentence_en: String(detail) };
}
