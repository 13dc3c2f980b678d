import { sentence } from "../../platform/index.ts";
import { IDENTITY_KIND_INFO } from "../vocabulary/identity-kinds.ts";
import type { ImportRow, StoredProblem } from "./import-store.ts";
import { IMPORT_KINDS } from "./mapping/target.ts";

/** An import as the console shows it. */
export function importView(row: ImportRow): Record<string, unknown> {
  const { facts, guess } = row;
  return {
    import_id: row.import_id,
    source_id: row.source_id,
    file_name: row.file_name,
    bytes: row.bytes,
    format: facts.format,
    encoding: facts.encoding,
    delimiter: facts.dialect?.delimiter ?? null,
    header: facts.header,
    gzip: facts.gzip,
    sheet: facts.sheet,
    sheets: facts.sheets,
    rows: row.rows,
    columns: facts.columns.map((name, index) => ({
      index,
      name,
      duplicate: facts.columns.indexOf(name) !== index,
      samples: row.samples[index] ?? [],
      guess: guess.columns[index] ?? null,
    })),
    guess: { record_kind: guess.record_kind, mapping: guess.mapping },
    record_kind: row.record_kind ?? guess.record_kind,
    mapping: row.mapping ?? guess.mapping,
    remembered: row.mapping !== null && row.state === "uploaded",
    options: row.options,
    state: row.state,
    check_report: row.check_report,
    report: row.report ?? row.check_report,
    failure: row.failure,
    job_id: row.job_id,
    created_at: row.created_at,
    expires_at: row.expires_at,
    expired: row.expired,
  };
}

export function problemView(problem: StoredProblem): Record<string, unknown> {
  return {
    row: problem.row,
    column: problem.column_name,
    code: problem.code,
    sentence_zh: sentence(problem.code, problem.params, "zh"),
    sentence_en: sentence(problem.code, problem.params, "en"),
    value_masked: problem.value_masked,
  };
}

/** What columns can be mapped to. */
export function vocabularyView(): Record<string, unknown> {
  const identities = IDENTITY_KIND_INFO.map(({ kind, zh, en, namespaced }) => ({
    kind,
    name: `identity.${kind}`,
    zh,
    en,
    namespaced,
  }));
  const kinds = IMPORT_KINDS.map((kind) => ({
    kind: kind.kind,
    zh: kind.zh,
    en: kind.en,
    nature: kind.nature,
    personal: kind.personal,
    fields: kind.targets
      .filter((target) => target.group !== "identity")
      .map(({ name, group, zh, en, type, required, values, example }) => ({
        name,
        group,
        zh,
        en,
        type,
        required,
        values: values ?? null,
        example: example ?? null,
      })),
    identities: kind.personal ? identities : [],
  }));
  return { kinds };
}
