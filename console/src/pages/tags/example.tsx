import { formatDay, formatMoney, formatRatio } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import type { NamedRelation, TagDetail } from "./tag-data.ts";

type Row = Readonly<Record<string, unknown>>;

interface ExampleForm {
  readonly today: string | null;
  readonly relations: readonly { readonly name: string; readonly rows: readonly Row[] }[];
  readonly value: unknown;
  readonly sentence: string | null;
}

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);

/** The example as records of relations and the value they give, whatever the definition calls its parts. */
export function readExample(example: unknown): ExampleForm | null {
  if (!isRow(example)) return null;
  const holder = [example["rows"], example["given"], example["relations"]].find(isRow) ?? example;
  const relations = Object.entries(holder)
    .filter((entry): entry is [string, readonly Row[]] => Array.isArray(entry[1]) && entry[1].every(isRow))
    .map(([name, rows]) => ({ name, rows }))
    .filter(({ rows }) => rows.some((row) => Object.keys(row).some((column) => column !== "member_id")));
  const today = [example["today"], example["on"], example["business_day"]].find((one) => typeof one === "string");
  const value = [example["value"], example["gives"], example["expect"], example["expected"]].find(
    (one) => one !== undefined,
  );
  return {
    today: typeof today === "string" ? today : null,
    relations,
    value,
    sentence: typeof example["zh"] === "string" ? pick(example["zh"], String(example["en"] ?? example["zh"])) : null,
  };
}

export function Example({ example, tag, t }: { example: unknown; tag: TagDetail; t: Translate }) {
  const form = readExample(example);
  if (form === null) return <p className="ht-note">—</p>;
  return (
    <div className="tg-example">
      {form.sentence === null ? null : <p>{form.sentence}</p>}
      <p className="ht-note">
        {t("one.example_rows")}
        {form.today === null ? "" : ` · ${t("one.example_on", { day: formatDay(form.today, true) })}`}
      </p>
      {form.relations.map((relation) => (
        <Relation
          key={relation.name}
          name={relation.name}
          rows={relation.rows}
          named={tag.example_relations.find(({ name }) => name === relation.name)}
          t={t}
        />
      ))}
      <p>
        {t("one.example_value")} <strong className="tg-result">{valueText(form.value, tag, t)}</strong>
      </p>
    </div>
  );
}

function valueText(value: unknown, tag: TagDetail, t: Translate): string {
  if (value === null || value === undefined) return t("one.no_value");
  const named = tag.values.find((one) => one.value === String(value));
  if (named !== undefined) return pick(named.zh, named.en);
  if (tag.unit === "minor") return formatMoney(Number(value));
  return tag.unit === "share" ? formatRatio(Number(value)) : String(value);
}

type NamedColumn = NamedRelation["columns"][number];

/** A cell as people read it: listed values by name, amounts in their unit, yes and no. */
function cellText(value: unknown, column: NamedColumn | undefined, t: Translate): string {
  if (value === null || value === undefined) return "—";
  if (typeof value === "boolean") return t(value ? "one.yes" : "one.no");
  const listed = column?.values.find((one) => one.value === String(value));
  if (listed !== undefined) return pick(listed.zh, listed.en);
  return column?.unit === "minor" && typeof value === "number" ? formatMoney(value) : String(value);
}

interface RelationProps {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly named: NamedRelation | undefined;
  readonly t: Translate;
}

function Relation({ name, rows, named, t }: RelationProps) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((column) => column !== "member_id");
  const word = named === undefined ? name : pick(named.zh, named.en);
  const found = (column: string) => named?.columns.find((one) => one.name === column);
  const numeric = (column: string) => rows.every((row) => typeof row[column] === "number");
  return (
    <section className="tg-example-table" tabIndex={0} aria-label={word}>
      <table className="ht-table">
        <caption title={name}>{word}</caption>
        <thead>
          <tr>
            {columns.map((column) => {
              const { zh = column, en = column } = found(column) ?? {};
              return (
                <th key={column} scope="col" title={column} className={numeric(column) ? "ht-num" : ""}>
                  {pick(zh, en)}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // The rows of an example never change while shown.
            <tr key={index}>
              {columns.map((column) => (
                <td key={column} className={typeof row[column] === "number" ? "ht-num" : ""}>
                  {cellText(row[column], found(column), t)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
