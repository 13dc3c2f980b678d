import { FORMATS, GROUPS, type Kind } from "../../api/vocabulary.ts";
import { Chip } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { formatRatio } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import type { FieldSource, FileColumn, Mapping } from "./import-data.ts";

/** The field a column is mapped to, if any. */
export function fieldOfColumn(mapping: Mapping, column: number): string | undefined {
  return Object.entries(mapping).find(([, source]) => source.column === column)?.[0];
}

/** The mapping with one column moved to another field (or none); a field has one column at most. */
export function withColumn(mapping: Mapping, column: number, field: string): Mapping {
  const kept = Object.entries(mapping).filter(([name, source]) => source.column !== column && name !== field);
  return Object.fromEntries(field === "" ? kept : [...kept, [field, { column }]]);
}

interface MappingTableProps {
  readonly columns: readonly FileColumn[];
  readonly kind: Kind;
  readonly mapping: Mapping;
  readonly onChange: (mapping: Mapping) => void;
}

/** One row per column of the file: its name, masked samples, what it means. */
export function MappingTable({ columns, kind, mapping, onChange }: MappingTableProps) {
  const t = useTexts("imports");
  return (
    <DataTable
      label={t("map_title")}
      rows={columns}
      rowKey={(column) => column.index}
      rowTone={(column) => (fieldOfColumn(mapping, column.index) === undefined ? "quiet" : undefined)}
      columns={[
        {
          key: "column",
          title: t("column"),
          render: (column) => <strong>{column.name || `#${column.index + 1}`}</strong>,
        },
        { key: "samples", title: t("samples"), hide: "phone", render: (column) => <Samples column={column} /> },
        {
          key: "target",
          title: t("target"),
          render: (column) => <TargetChoice column={column} kind={kind} mapping={mapping} onChange={onChange} />,
        },
        {
          key: "format",
          title: t("format"),
          hide: "phone",
          render: (column) => <FormatChoice column={column} kind={kind} mapping={mapping} onChange={onChange} />,
        },
        {
          key: "sure",
          title: t("sure"),
          hide: "phone",
          render: (column) => <Sure column={column} mapping={mapping} />,
        },
      ]}
    />
  );
}

function Samples({ column }: { column: FileColumn }) {
  return (
    <span className="ht-samples">
      {column.samples.slice(0, 3).map((sample, at) => (
        <code key={at}>{sample === "" ? "∅" : sample}</code>
      ))}
    </span>
  );
}

interface ChoiceProps {
  readonly column: FileColumn;
  readonly kind: Kind;
  readonly mapping: Mapping;
  readonly onChange: (mapping: Mapping) => void;
}

function TargetChoice({ column, kind, mapping, onChange }: ChoiceProps) {
  const t = useTexts("imports");
  const field = fieldOfColumn(mapping, column.index) ?? "";
  return (
    <select
      className="ht-select ht-map-target"
      aria-label={`${column.name} ${t("target")}`}
      value={field}
      onChange={(event) => onChange(withColumn(mapping, column.index, event.target.value))}
    >
      <option value="">{t("skip")}</option>
      {GROUPS.map((group) => {
        const targets = kind.targets.filter((target) => target.group === group);
        if (targets.length === 0) return null;
        return (
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

function FormatChoice({ column, kind, mapping, onChange }: ChoiceProps) {
  const t = useTexts("imports");
  const field = fieldOfColumn(mapping, column.index);
  const target = kind.targets.find((one) => one.name === field);
  const formats = target ? FORMATS[target.type] : undefined;
  if (field === undefined || formats === undefined) return null;
  const source: FieldSource = mapping[field] ?? {};
  return (
    <select
      className="ht-select"
      aria-label={`${column.name} ${t("format")}`}
      value={source.format ?? formats[0]}
      onChange={(event) => onChange({ ...mapping, [field]: { ...source, format: event.target.value } })}
    >
      {formats.map((format) => (
        <option key={format} value={format}>
          {t(`shared:mapping.formats.${format}`)}
        </option>
      ))}
    </select>
  );
}

function Sure({ column, mapping }: { column: FileColumn; mapping: Mapping }) {
  const t = useTexts("imports");
  const field = fieldOfColumn(mapping, column.index);
  if (field === undefined) return null;
  if (column.guess?.field !== field) return <Chip tone="accent">{t("chosen")}</Chip>;
  const sure = column.guess.confidence;
  return (
    <Chip tone={sure >= 0.8 ? "good" : "warn"}>
      {t("guessed")} {formatRatio(sure, 0)}
    </Chip>
  );
}
