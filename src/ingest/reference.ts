import { SEGMENT_EVENT_NAMES } from "./protocols/segment-events.ts";
import { SENSORS_EVENT_NAMES } from "./protocols/sensors-events.ts";
import type { Field } from "./vocabulary/field.ts";
import { IDENTITY_KIND_INFO } from "./vocabulary/identity-kinds.ts";
import { KINDS, type KindInfo } from "./vocabulary/kinds.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|");

function fieldRows(fields: readonly Field[], prefix: string): string[] {
  return fields.flatMap((field) => {
    const bounds = [field.min === undefined ? "" : `≥ ${field.min}`, field.max === undefined ? "" : `≤ ${field.max}`];
    const values = [...(field.values ?? []), ...bounds.filter((bound) => bound !== "")].join(", ");
    const name = `${prefix}${field.name}${field.required === true ? " *" : ""}`;
    const row = `| ${name} | ${field.type} | ${field.privacy} | ${cell(field.zh)} · ${cell(field.en)} | ${cell(values)} |`;
    return [row, ...fieldRows(field.items ?? [], `${prefix}${field.name}[].`)];
  });
}

function kindSection(info: KindInfo): string {
  const who = info.personal ? "about a person" : "not about a person";
  const head = ["| field | type | class | 含义 · meaning | values |", "|---|---|---|---|---|"];
  return [
    `### ${info.kind}: ${info.zh} · ${info.en}`,
    "",
    `${info.nature}, ${who}.`,
    "",
    ...head,
    ...fieldRows(info.fields, ""),
  ].join("\n");
}

/** docs/reference/records.md, made from the vocabulary. */
export async function recordsReference(): Promise<{ file: string; text: string }[]> {
  const identities = IDENTITY_KIND_INFO.map(
    (info) =>
      `| ${info.kind} | ${info.privacy} | ${info.zh} · ${info.en} | ${info.namespaced ? "within its source or app" : "everywhere"} |`,
  );
  const page = [
    "# Records",
    "",
    "Generated from src/ingest/vocabulary; do not edit.",
    "",
    "Everything any source can tell is one of these records. Fields with * must be there. Amounts are integers in minor",
    "units of `currency`, decimals are texts with up to six digits behind the point, instants are ISO 8601 with zone, dates",
    "are YYYY-MM-DD. Classes L3 (personal) and L4 (sensitive) of type text, date and object are sealed at the edge: behind",
    'it they read `{ "sealed": token }`. What a source sends beyond these fields is kept under `extra`, with everything in',
    "it that is or looks personal sealed as well; identifiers that can never be a key (masked phones, privacy numbers) are",
    "kept under `notes`.",
    "",
    "## Identities",
    "",
    "| kind | class | 含义 · meaning | unique |",
    "|---|---|---|---|",
    ...identities,
    "",
    "## Kinds",
    "",
    KINDS.map(kindSection).join("\n\n"),
    "",
    "## Event names that are mapped",
    "",
    `Segment (upper and lower case alike): ${SEGMENT_EVENT_NAMES.join(", ")}. Sensors presets: ${SENSORS_EVENT_NAMES.join(", ")};`,
    "other Sensors events go by the Segment names. Everything else is `custom` with its name, unless the source's settings",
    "say otherwise (docs/guides/sdk.md).",
    "",
  ];
  return [{ file: "records.md", text: page.join("\n") }];
}
