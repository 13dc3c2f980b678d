import { createHash } from "node:crypto";
import { TAG_DEFINITIONS } from "../../definitions/tags/index.ts";
import type { Ground } from "../ground.ts";
import { computedExpression } from "./abstention.ts";
import { type StoredKind, TagBook } from "./book.ts";
import type { TagDefinition } from "./definition.ts";

const books = new WeakMap<Ground, TagBook>();

/** The tags of this installation, checked against its catalogue once. */
export function bookOf(ground: Ground): TagBook {
  const known = books.get(ground);
  if (known !== undefined) return known;
  const book = new TagBook(TAG_DEFINITIONS, ground.catalogue);
  books.set(ground, book);
  for (const [key, problems] of book.missing) {
    ground.log.warn({ tag: key, problem: problems[0]?.en }, "a tag is left out: its source is not in the catalogue");
  }
  return book;
}

/** Changes when the expression of this tag does. */
export function definitionHash({ expression }: Pick<TagDefinition, "expression">): string {
  return createHash("sha256").update(JSON.stringify(expression)).digest("hex").slice(0, 32);
}

/** Changes when any expression changes: then everyone is computed again. */
export function bookHash(book: TagBook): string {
  const expressions = [...book.tags].map(([key, { definition }]) => [key, computedExpression(definition)]);
  return createHash("sha256").update(JSON.stringify(expressions)).digest("hex").slice(0, 32);
}

export function kindsOf(book: TagBook): Map<string, StoredKind> {
  return new Map([...book.tags].map(([key, tag]) => [key, tag.kind]));
}
