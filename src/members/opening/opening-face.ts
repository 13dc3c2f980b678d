import type { FastifyRequest } from "fastify";
import { type TSchema, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, type ObjectKind, problem } from "../../platform/index.ts";
import { startJob, type Tx } from "../../store/index.ts";
import { readingSchema } from "./columns.ts";
import { checkJobOf } from "./giving.ts";
import { type OpeningKind, openingDifferences } from "./opening.ts";
import type { Opening } from "./opening-store.ts";

export const Nullable = <Part extends TSchema>(part: Part) => Type.Union([part, Type.Null()]);
export const Count = Type.Integer();
export const Id = Type.Integer({ minimum: 1 });
export const OpeningId = Type.Object({ opening_id: Id });
export const Reason = Type.String({ minLength: 2, maxLength: 400 });
export interface InPath {
  readonly Params: { readonly opening_id: number };
}
interface Words {
  readonly zh: string;
  readonly en: string;
}

/** What the routes of one kind say and hold beside what all kinds have. */
export interface OpeningFace<O extends Opening, Item> {
  readonly kind: OpeningKind<O, Item>;
  readonly path: string;
  readonly tag: string;
  readonly permission: string;
  readonly object: ObjectKind;
  readonly name: Words;
  readonly schemas: {
    readonly totals: TSchema;
    readonly stated: TSchema;
    /** Its own fields of an opening, of a whole view and of an undo. */
    readonly more: Readonly<Record<string, TSchema>>;
    readonly exception: TSchema;
    readonly undo: Readonly<Record<string, TSchema>>;
  };
  /** Its own fields of an opening, beside the common ones. */
  readonly more: (tx: Tx, opening: O) => Promise<Readonly<Record<string, unknown>>>;
  readonly exceptions: (tx: Tx, opening: O, page: { after: number; limit: number }) => Promise<readonly unknown[]>;
  /** What its totals come to, in a sentence. */
  readonly sums: (totals: NonNullable<O["totals"] | O["stated"]>) => Words;
  readonly startGiving: (tx: Tx, ground: Ground, opening: O, person_id: number | null) => Promise<void>;
  readonly undo: (tx: Tx, opening_id: number, body: Readonly<Record<string, unknown>>) => Promise<O>;
  readonly resume: (tx: Tx, opening_id: number) => Promise<O>;
  readonly remove: (tx: Tx, opening: O) => Promise<void>;
}

/** Members of every store are in such a file: nobody of some stores brings in or signs those of the others. */
export function allStores({ scope }: FastifyRequest): void {
  if (scope.stores !== "all") throw problem("members.opening_all_stores");
}

/** What every route of a kind needs. */
export function partsOf<O extends Opening, Item>(ground: Ground, face: OpeningFace<O, Item>) {
  const { kind, schemas } = face;
  const View = Type.Object({
    opening_id: Count,
    import_id: Count,
    file_name: Type.String(),
    reading: readingSchema(kind.fields),
    state: Type.String(),
    job_id: Nullable(Type.String()),
    rows: Count,
    wrong: Count,
    totals: Nullable(schemas.totals),
    stated: Nullable(schemas.stated),
    differences: Type.Array(
      Type.Object({ what: Type.String(), key: Nullable(Type.String()), stated: Count, found: Count }),
    ),
    checked_at: Nullable(Type.String()),
    signed_at: Nullable(Type.String()),
    ...schemas.more,
  });
  const viewOf = async (tx: Tx, opening: O) => ({
    ...opening,
    ...(await face.more(tx, opening)),
    differences: openingDifferences(kind, opening),
  });
  const open = { access: { permission: face.permission, level: "L2" } } as const;
  return {
    View,
    viewOf,
    view: async (tx: Tx, opening_id: number) => viewOf(tx, await kind.store.byId(tx, opening_id)),
    open,
    sign: { ...open.access, level: "L3" } as const,
    about: <Config extends typeof open>(config: Config) => aboutOne(face.object, config),
    personOf: ({ person }: FastifyRequest) => person?.person_id ?? null,
    async startCheck(tx: Tx, { opening_id }: O, person_id: number | null): Promise<void> {
      const key = `opening ${opening_id}`;
      const job_id = await startJob(tx, ground, checkJobOf(kind.store), { opening_id }, { person_id, key });
      await kind.store.set(tx, opening_id, { job_id });
    },
  };
}
export type Parts<O extends Opening, Item> = ReturnType<typeof partsOf<O, Item>>;
