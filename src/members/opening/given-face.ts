import { Type } from "typebox";
import { sentence } from "../../platform/index.ts";
import { startJob, type Tx } from "../../store/index.ts";
import { type GivenKind, giveJobOf, resumeOpening, undoOpening } from "./giving.ts";
import type { OpeningFace } from "./opening-face.ts";
import type { Opening } from "./opening-store.ts";
import { linesSchema, type TotalLine } from "./totals.ts";

const Count = Type.Integer();

/** The face of a kind whose rows are kept with it: only words and sums are its own. */
export function givenFace<O extends Opening<readonly TotalLine[]>, Item>(
  kind: GivenKind<O, Item>,
  own: Pick<OpeningFace<O, Item>, "path" | "tag" | "permission" | "object" | "name" | "sums"> & {
    readonly what: readonly string[];
    /** What keys among its sums are called, where they have names. */
    readonly names?: (tx: Tx) => Promise<readonly { readonly key: string; readonly zh: string; readonly en: string }[]>;
  },
): OpeningFace<O, Item> {
  const { what, names, ...rest } = own;
  return {
    kind,
    ...rest,
    schemas: {
      totals: linesSchema(what),
      stated: linesSchema(what),
      more: {
        progress: Type.Object({
          giving: Type.String(),
          made_at: Type.String(),
          undo_reason: Type.Union([Type.String(), Type.Null()]),
          waiting: Count,
          given: Count,
          refused: Count,
          undone: Count,
          kept: Count,
        }),
        names: Type.Array(Type.Object({ key: Type.String(), zh: Type.String(), en: Type.String() })),
      },
      exception: Type.Object({
        row: Count,
        owner: Count,
        state: Type.String(),
        why: Type.String(),
        zh: Type.String(),
        en: Type.String(),
      }),
      undo: {},
    },
    more: async (tx, { opening_id }) => ({
      progress: await kind.rows.progress(tx, opening_id),
      names: (await names?.(tx)) ?? [],
    }),
    exceptions: async (tx, { opening_id }, page) =>
      (await kind.rows.exceptions(tx, opening_id, page)).map(({ params, ...row }) => ({
        ...row,
        zh: sentence(row.why, params, "zh"),
        en: sentence(row.why, params, "en"),
      })),
    async startGiving(tx, ground, { opening_id }, person_id) {
      const key = `opening ${opening_id}`;
      const job_id = await startJob(tx, ground, giveJobOf(kind.store), { opening_id }, { person_id, key });
      await kind.store.set(tx, opening_id, { job_id });
    },
    undo: (tx, opening_id, body) => undoOpening(kind, tx, opening_id, String(body["reason"])),
    resume: (tx, opening_id) => resumeOpening(kind, tx, opening_id),
    remove: async (tx: Tx, { opening_id }) => kind.store.remove(tx, opening_id),
  };
}
