import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { FORMATS, GROUPS, type Kind, type Target } from "../../api/vocabulary.ts";
import { WordRows } from "../../parts/word-rows.tsx";
import { useTexts } from "../../texts/texts.ts";
import type { MappingRow } from "./pull-draft.ts";

interface PullMappingProps {
  readonly kind: Kind;
  readonly rows: readonly MappingRow[];
  readonly onChange: (rows: readonly MappingRow[]) => void;
}

/** Which column of the table, or which fixed text, fills which field. */
export function PullMapping({ kind, rows, onChange }: PullMappingProps) {
  const t = useTexts("pulls");
  const set = (at: number, change: Partial<MappingRow>) =>
    onChange(rows.map((row, i) => (i === at ? { ...row, ...change } : row)));
  return (
    <section className="ht-stack">
      <h3>{t("mapping")}</h3>
      <p className="ht-note">{t("mapping_text")}</p>
      <ul className="ht-pull-rows">
        {rows.map((row, at) => (
          <Row
            key={at}
            row={row}
            kind={kind}
            taken={new Set(rows.flatMap((other, i) => (i === at ? [] : [other.field])))}
            onChange={(change) => set(at, change)}
            onMove={(field) => onChange(rows.map((old, i) => (i === at ? bare(old, field) : old)))}
            onRemove={() => onChange(rows.filter((_, i) => i !== at))}
          />
        ))}
      </ul>
      <div>
        <Button icon={<PlusOutlined />} onClick={() => onChange([...rows, { field: "", from: "column", text: "" }])}>
          {t("add_row")}
        </Button>
      </div>
    </section>
  );
}

/** How values are written belongs to the field that was there before. */
function bare(row: MappingRow, field: string): MappingRow {
  return { field, from: row.from, text: row.text };
}

interface RowProps {
  readonly row: MappingRow;
  readonly kind: Kind;
  readonly taken: ReadonlySet<string>;
  readonly onChange: (change: Partial<MappingRow>) => void;
  readonly onMove: (field: string) => void;
  readonly onRemove: () => void;
}

function Row({ row, kind, taken, onChange, onMove, onRemove }: RowProps) {
  const t = useTexts("pulls");
  const target = kind.targets.find((one) => one.name === row.field);
  const label = target?.label ?? t("no_field");
  return (
    <li>
      <div className="ht-pull-row">
        <FieldChoice kind={kind} value={row.field} taken={taken} onChange={onMove} />
        <select
          className="ht-select"
          aria-label={`${label} ${t("from")}`}
          value={row.from}
          onChange={(event) => onChange({ from: event.target.value === "value" ? "value" : "column" })}
        >
          <option value="column">{t("from_column")}</option>
          <option value="value">{t("from_value")}</option>
        </select>
        <input
          className="ht-input"
          aria-label={`${label} ${t(`from_${row.from}`)}`}
          placeholder={t(`from_${row.from}`)}
          maxLength={row.from === "column" ? 64 : 500}
          value={row.text}
          onChange={(event) => onChange({ text: event.target.value })}
        />
        <FormatChoice target={target} row={row} onChange={onChange} />
        <Button
          type="text"
          icon={<DeleteOutlined />}
          aria-label={t("shared:mapping.remove", { name: label })}
          onClick={onRemove}
        />
      </div>
      {target && target.codes.length > 0 && row.from === "column" ? (
        <details className="ht-pull-words" open={row.values !== undefined}>
          <summary>{t("words")}</summary>
          <WordRows
            key={row.field}
            label={target.label}
            codes={target.codes}
            mayBeEmpty={target.type !== "boolean"}
            words={row.values ?? {}}
            onChange={(values) => onChange({ values })}
          />
        </details>
      ) : null}
    </li>
  );
}

interface FieldChoiceProps {
  readonly kind: Kind;
  readonly value: string;
  readonly taken: ReadonlySet<string>;
  readonly onChange: (field: string) => void;
}

function FieldChoice({ kind, value, taken, onChange }: FieldChoiceProps) {
  const t = useTexts("pulls");
  return (
    <select
      className="ht-select"
      aria-label={t("field")}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{t("no_field")}</option>
      {GROUPS.map((group) => {
        const targets = kind.targets.filter((target) => target.group === group && !taken.has(target.name));
        return targets.length === 0 ? null : (
          <optgroup key={group} label={t(`shared:mapping.group.${group}`)}>
            {targets.map((target) => (
              <option key={target.name} value={target.name}>
                {target.label}
                {target.required ? " *" : ""}
              </option>
            ))}
          </optgroup>
        );
      })}
    </select>
  );
}

interface FormatChoiceProps {
  readonly target: Target | undefined;
  readonly row: MappingRow;
  readonly onChange: (change: Partial<MappingRow>) => void;
}

function FormatChoice({ target, row, onChange }: FormatChoiceProps) {
  const t = useTexts("pulls");
  const formats = target ? FORMATS[target.type] : undefined;
  if (formats === undefined) return <span />;
  return (
    <select
      className="ht-select"
      aria-label={`${target?.label} ${t("format")}`}
      value={row.format ?? formats[0]}
      onChange={(event) => onChange({ format: event.target.value })}
    >
      {formats.map((format) => (
        <option key={format} value={format}>
          {t(`shared:mapping.formats.${format}`)}
        </option>
      ))}
    </select>
  );
}
