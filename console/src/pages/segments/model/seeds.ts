import type { AttributeNode, GroupNode } from "./draft.ts";
import { emptyDraft } from "./draft.ts";
import type { SubjectInfo, Vocabulary } from "./vocabulary.ts";

/** What a list of members was narrowed by; "存为分群" turns it into the sentences of a new segment. */
export interface Seeds {
  readonly segment_id?: string | undefined;
  readonly tag?: string | undefined;
  readonly rfm?: string | undefined;
}

/** The address of the builder that starts from these filters. */
export function seedLink(seeds: Seeds): string {
  const params = new URLSearchParams();
  for (const key of ["segment_id", "tag", "rfm"] as const) {
    const value = seeds[key];
    if (value !== undefined && value !== "") params.set(key, value);
  }
  return `/segments/new?${params.toString()}`;
}

/** The address of the builder that starts from a condition of the server. */
export const treeLink = (condition: unknown): string =>
  `/segments/new?from=${encodeURIComponent(JSON.stringify(condition))}`;

/** The sentences of the filters, as far as the vocabulary has words for them. */
export function draftOfSeeds(seeds: Seeds, vocabulary: Vocabulary): GroupNode {
  const subjects = vocabulary.groups.flatMap((group) => group.subjects);
  const [tagKey = "", tagValue = ""] = (seeds.tag ?? "").split(/:(.*)/s);
  const [letter = "", level = ""] = seeds.rfm ?? "";
  const wanted: readonly [SubjectInfo | undefined, string][] = [
    [subjects.find((subject) => subject.type === "segment"), seeds.segment_id ?? ""],
    [tagSubject(subjects, tagKey), tagValue],
    [tagSubject(subjects, "rfm_class"), letter],
    [tagSubject(subjects, "rfm_level"), level],
  ];
  const children = wanted.flatMap(([subject, value], index): AttributeNode[] =>
    subject === undefined || value === "" ? [] : [equalTo(subject, value, `n${index + 1}`)],
  );
  return { ...emptyDraft(), children };
}

function tagSubject(subjects: readonly SubjectInfo[], key: string): SubjectInfo | undefined {
  return subjects.find((subject) => subject.expression?.node === "tag" && subject.expression["key"] === key);
}

/** "是 A1" for words, "= 3" for numbers, and the two ends of a band "100..200". */
function equalTo(subject: SubjectInfo, value: string, id: string): AttributeNode {
  const base = { type: "attribute", id, subject: subject.subject } as const;
  const numeric = ["integer", "decimal", "money", "ratio"].includes(subject.type);
  if (!numeric) {
    const operator = subject.operators.includes("in") ? "in" : "eq";
    return { ...base, operator, values: [subject.type === "boolean" ? value === "true" : value] };
  }
  const [low = "", high] = value.split("..");
  if (high === undefined) return { ...base, operator: "eq", values: [Number(low)] };
  if (high === "") return { ...base, operator: "gte", values: [Number(low)] };
  if (low === "") return { ...base, operator: "lte", values: [Number(high)] };
  return { ...base, operator: "between", values: [Number(low), Number(high)] };
}
