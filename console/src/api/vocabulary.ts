import { useQuery } from "@tanstack/react-query";
import { pick } from "../texts/texts.ts";
import { api } from "./client.ts";

interface VocabularyField {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  readonly type?: string;
  readonly required?: boolean;
  readonly group?: string;
  readonly values?: readonly string[] | null;
}

interface VocabularyIdentity extends VocabularyField {
  readonly kind?: string;
  readonly namespaced?: boolean;
}

interface VocabularyKind {
  readonly kind: string;
  readonly zh: string;
  readonly en: string;
  readonly fields: readonly VocabularyField[];
  readonly identities?: readonly VocabularyIdentity[];
}

const DATES = ["auto", "ymd", "dmy", "mdy", "excel"] as const;

/** How a column may write values of a type; the first is meant where none is chosen. */
export const FORMATS: Readonly<Record<string, readonly string[]>> = {
  instant: [...DATES, "epoch_s", "epoch_ms"],
  date: DATES,
  money: ["plain", "comma", "minor"],
  decimal: ["plain", "comma"],
  integer: ["plain", "comma"],
};

/** Something a column can be mapped to. */
export interface Target {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly required: boolean;
  readonly group: "record" | "line" | "identity" | "consent";
  /** The codes that the field takes; none for free values. */
  readonly codes: readonly string[];
  /** Whether the identifier is unique only within a namespace. */
  readonly namespaced: boolean;
}

export interface Kind {
  readonly kind: string;
  readonly label: string;
  readonly targets: readonly Target[];
}

export const GROUPS = ["record", "line", "identity", "consent"] as const;

function groupOf(field: VocabularyField): Target["group"] {
  const given = GROUPS.find((group) => group === field.group);
  if (given) return given;
  if (field.name.startsWith("identity.")) return "identity";
  if (field.name.startsWith("lines.")) return "line";
  return field.name.startsWith("consent.") ? "consent" : "record";
}

const BOOLEANS = ["true", "false"] as const;

function kindOf(kind: VocabularyKind): Kind {
  const seen = new Set<string>();
  const targets: Target[] = [];
  const add = (field: VocabularyIdentity, group: Target["group"]) => {
    if (seen.has(field.name)) return;
    seen.add(field.name);
    targets.push({
      name: field.name,
      label: pick(field.zh, field.en),
      type: field.type ?? "text",
      required: field.required ?? false,
      group,
      codes: field.type === "boolean" ? BOOLEANS : (field.values ?? []),
      namespaced: field.namespaced ?? false,
    });
  };
  for (const field of kind.fields) add(field, groupOf(field));
  for (const identity of kind.identities ?? []) {
    const name = identity.name ?? `identity.${identity.kind}`;
    add({ ...identity, name: name.includes(".") ? name : `identity.${name}` }, "identity");
  }
  return { kind: kind.kind, label: pick(kind.zh, kind.en), targets };
}

/** What a table can be imported as, in the reader's language. */
export function useKinds(): readonly Kind[] | undefined {
  const query = useQuery({
    queryKey: ["import-vocabulary"],
    queryFn: () => api.get<{ kinds: readonly VocabularyKind[] }>("/api/imports/vocabulary"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return query.data?.kinds.map(kindOf);
}

interface Given {
  readonly column?: unknown;
  readonly value?: string;
}

/** Required fields that nothing fills. Lines count only once any line field is filled. */
export function missingFields(kind: Kind, mapping: Readonly<Record<string, Given>>): readonly Target[] {
  const mapped = (name: string) => mapping[name]?.column !== undefined || (mapping[name]?.value ?? "") !== "";
  const lines = kind.targets.some((target) => target.group === "line" && mapped(target.name));
  return kind.targets.filter((target) => target.required && !mapped(target.name) && (target.group !== "line" || lines));
}
