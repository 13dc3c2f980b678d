import { spark } from "../../query/index.ts";
import type { Parameter } from "../engine.ts";

const TOKENS = /'(?:\\[\s\S]|[^'\\])*'|`[^`]*`|--[^\n]*|\bcatalogue\."?([a-z][a-z0-9_]*)"?|"[^"]*"|\$(\d+)/g;

/**
 * A statement over `catalogue.<name>` with `$1`, `$2` … as Spark runs it: relations are the session's views and
 * parameters stand as literals. Texts, quoted names and comments stay as they are.
 * @throws when a parameter is missing.
 */
export function sparkStatement(sql: string, parameters: readonly Parameter[] = []): string {
  return sql.replaceAll(TOKENS, (token: string, relation: string | undefined, position: string | undefined) => {
    if (relation !== undefined) return spark.relation(relation);
    if (position === undefined) return token;
    const parameter = parameters[Number(position) - 1];
    if (parameter === undefined) throw new Error(`parameter $${position} is missing`);
    return literal(parameter);
  });
}

function literal(value: Parameter): string {
  if (value === null) return "null";
  if (typeof value === "string") return spark.text(value);
  if (value instanceof Date) return `timestamp '${value.toISOString()}'`;
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString("hex")}'`;
  if (typeof value === "object") return `array(${value.map(literal).join(", ")})`;
  return String(value);
}
