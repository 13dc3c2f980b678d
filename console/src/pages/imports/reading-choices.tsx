import { api } from "../../api/client.ts";
import { SelectField } from "../../parts/form.tsx";
import { useTexts } from "../../texts/texts.ts";
import { type ImportView, useStep } from "./import-data.ts";

const ENCODINGS = ["utf-8", "gb18030", "utf-16le", "utf-16be", "windows-1252"] as const;
const DELIMITERS = [",", ";", "\t", "|"] as const;

/** How the file itself is read, where the guess was wrong: sheet, encoding, delimiter, header. */
export function ReadingChoices({ view }: { view: ImportView }) {
  const t = useTexts("imports");
  const read = useStep<Readonly<Record<string, unknown>>>(view, (choices) =>
    api.put(`/api/imports/${view.import_id}/reading`, choices),
  );
  if (view.sheets.length > 1) {
    return (
      <SelectField
        label={t("sheet")}
        value={view.sheet ?? ""}
        onChange={(sheet) => read.mutate({ sheet })}
        options={view.sheets.map((value) => ({ value, label: value }))}
      />
    );
  }
  if (view.format !== "csv") return null;
  const delimiter = view.delimiter ?? ",";
  return (
    <>
      <SelectField
        label={t("encoding")}
        value={view.encoding ?? "utf-8"}
        onChange={(encoding) => read.mutate({ encoding })}
        options={withOwn(ENCODINGS, view.encoding).map((value) => ({ value, label: value.toUpperCase() }))}
      />
      <SelectField
        label={t("delimiter")}
        value={delimiter}
        onChange={(value) => read.mutate({ delimiter: value })}
        options={withOwn(DELIMITERS, delimiter).map((value) => ({ value, label: t(`delimiters.${nameOf(value)}`) }))}
      />
    </>
  );
}

function withOwn(list: readonly string[], own: string | null): readonly string[] {
  return own === null || list.includes(own) ? list : [own, ...list];
}

function nameOf(delimiter: string): string {
  return { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" }[delimiter] ?? "other";
}
