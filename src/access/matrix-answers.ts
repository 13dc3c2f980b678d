import { Type } from "typebox";

const Text = Type.String();
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([Type.Null(), schema]);
const Instant = Type.String({ format: "date-time" });
const Content = {
  cells: Type.Array(Type.Object({ role: Text, permission: Text, level: Text, outcome: Text })),
  scopes: Type.Array(Type.Object({ role: Text, domain: Text, scope: Text })),
};
const VERSION = {
  version: Type.Integer(),
  state: Text,
  based_on: Type.Integer(),
  author_id: Type.Integer(),
  author: Text,
  /** How many people put a cell into it. */
  editors: Type.Integer(),
  reason: Text,
  made_at: Instant,
  submitted_at: orNull(Instant),
  hash: orNull(Text),
  approver_id: orNull(Type.Integer()),
  approver: orNull(Text),
  decided_at: orNull(Instant),
  decision_reason: orNull(Text),
  superseded_at: orNull(Instant),
  alone: Type.Boolean(),
};
/** A version of the matrix with those who made and approved it. */
export const Row = Type.Object(VERSION);
const Named = { zh: Text, en: Text };
export const MatrixAnswer = Type.Object({
  version: Type.Integer(),
  active: orNull(Row),
  ...Content,
  open: orNull(Type.Object({ ...VERSION, ...Content })),
  mine: Type.Boolean(),
  other_approvers: Type.Integer(),
  roles: Type.Array(Type.Object({ role: Text, ...Named })),
  permissions: Type.Array(Type.Object({ permission: Text, ...Named })),
  domains: Type.Array(Type.Object({ domain: Text, ...Named })),
  levels: Type.Array(Text),
  outcomes: Type.Array(Type.Object({ outcome: Text, ...Named })),
  row_scopes: Type.Array(Type.Object({ scope: Text, ...Named })),
  routes: Type.Array(
    Type.Object(
      { method: Text, url: Text, summary: Text, permission: Text, level: Text },
      { additionalProperties: true },
    ),
  ),
});
export const VersionAnswer = Type.Object({
  version: Type.Integer(),
  row: orNull(Row),
  ...Content,
  changed_cells: Type.Array(Type.Object({ role: Text, permission: Text, level: Text, outcome: Text, before: Text })),
  changed_scopes: Type.Array(Type.Object({ role: Text, domain: Text, scope: Text, before: Text })),
});
export const VersionsAnswer = Type.Object({ items: Type.Array(Row), next_cursor: orNull(Type.Integer()) });
/** What an act on a version says: which one it was. */
export const ActAnswer = Type.Object({
  version: Type.Integer(),
  cells: Type.Optional(Type.Integer()),
  scopes: Type.Optional(Type.Integer()),
});
