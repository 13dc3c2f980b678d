import type { Ground } from "../ground.ts";
import type { CodedForm } from "../lake/index.ts";
import { build as q, columnsOf, type Expression, scaleOf, type Sensitivity } from "../query/index.ts";
import { bookOf, type Tag, type TagDefinition } from "../tags/index.ts";

/** One thing that a portrait compares: a tag, or a column of the profile that no tag shows. */
export interface Fact {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly family: string;
  /** `values`: one share for each value; `bands`: a number, in bands between the quintiles of everybody. */
  readonly kind: "values" | "bands";
  /** How its values are shown; absent for columns of the profile. */
  readonly definition: TagDefinition | undefined;
  /** What a condition asks for. */
  readonly subject: Expression;
  /** Where it is kept: a key or column of `member_tags` or of `members`; `since` holds the date whose days are counted. */
  readonly column: {
    readonly relation: "member_tags" | "members";
    readonly name: string;
    readonly since: boolean;
    readonly form: CodedForm;
  };
  /** The columns of the catalogue that it is made of, as "relation.column". */
  readonly reads: ReadonlySet<string>;
}

/** Why something is not compared. */
export interface LeftOut {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly reason: "personal" | "date" | "identifier";
}

export interface Facts {
  readonly facts: readonly Fact[];
  readonly left_out: readonly LeftOut[];
}

const PERSONAL: ReadonlySet<Sensitivity | undefined> = new Set(["L3", "L4"]);
/** Columns of the profile that have a meaning for a group and that no shipped tag shows. */
const PROFILE_COLUMNS = ["province", "has_phone", "has_email", "has_openid"] as const;

/**
 * What is compared in a portrait: every tag that is switched on and not above L2, and a few columns of the profile. Dates
 * are left out (their tags in bands say the same), and numbers that are the number of somebody.
 */
export function factsOf(ground: Ground): Facts {
  const facts: Fact[] = [];
  const left_out: LeftOut[] = [];
  const book = bookOf(ground);
  for (const [key, tag] of book.tags) {
    const { zh, en, privacy } = tag.definition;
    const leave = (reason: LeftOut["reason"]) => left_out.push({ key, zh, en, reason });
    if (PERSONAL.has(privacy)) leave("personal");
    else if (tag.kind === "date") leave("date");
    else if (isIdentifier(tag)) leave("identifier");
    else facts.push(factOfTag(key, tag));
  }
  return { facts: [...facts, ...profileFacts(ground)], left_out };
}

function factOfTag(key: string, tag: Tag): Fact {
  const { zh, en, family } = tag.definition;
  const since = tag.kind === "since";
  return {
    key: `tag:${key}`,
    zh,
    en,
    family,
    kind: since || tag.kind === "number" ? "bands" : "values",
    definition: tag.definition,
    subject: q.tag(key),
    column: { relation: "member_tags", name: key, since, form: formOfTag(tag) },
    reads: columnsOf(tag.tree.root),
  };
}

function formOfTag({ kind, stored }: Tag): CodedForm {
  if (kind === "since") return { kind: "day" };
  return kind === "number" ? { kind: "number", scale: scaleOf(stored.type) } : { kind: "text" };
}

function profileFacts(ground: Ground): Fact[] {
  const columns = ground.catalogue.find("members")?.columns ?? [];
  return PROFILE_COLUMNS.flatMap((name) => {
    const column = columns.find((candidate) => candidate.name === name);
    if (column === undefined || PERSONAL.has(column.sensitivity)) return [];
    const subject = q.member(name);
    const fact: Fact = {
      key: `members:${name}`,
      zh: column.zh,
      en: column.en,
      family: "basic",
      kind: "values",
      definition: undefined,
      subject,
      column: { relation: "members", name, since: false, form: { kind: "text" } },
      reads: columnsOf(subject),
    };
    return [fact];
  });
}

/** A number that was picked, not counted, is the number of somebody or something: quartiles of it mean nothing. */
function isIdentifier({ definition }: Tag): boolean {
  const { node } = definition.expression;
  return definition.unit === "number" && (node === "first" || node === "last" || node === "mode");
}

/** Columns of which one follows from another: who is asked for one is described by all. */
const PLACES = ["members.city", "members.city_tier", "members.province"];

/** One text for equal trees: a kept condition comes back with its fields in another order. */
function formOf(tree: object): string {
  return JSON.stringify(tree, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/**
 * Which facts a condition itself asks for, so that a portrait does not call them unusual: the same tag or column, what a
 * tag is computed from, or a tag made of nothing but columns of the profile that are asked for.
 * @param plain without references to segments. @param root the same, checked.
 */
export function askedBy(plain: Expression, root: Expression): (fact: Fact) => boolean {
  const forms = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("node" in value) forms.add(formOf(value));
    for (const part of Object.values(value)) visit(part);
  };
  visit(plain);
  const columns = new Set(columnsOf(root));
  if (PLACES.some((name) => columns.has(name))) for (const name of PLACES) columns.add(name);
  return ({ subject, definition, reads }) => {
    if (forms.has(formOf(subject)) || (definition !== undefined && forms.has(formOf(definition.expression))))
      return true;
    return [...reads].every((name) => name.startsWith("members.")) && [...reads].some((name) => columns.has(name));
  };
}
