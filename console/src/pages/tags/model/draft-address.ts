import {
  pack,
  packFilters,
  packWindow,
  readWord,
  unpackFilters,
  unpackGroup,
  unpackWindow,
  writeWord,
} from "../../segments/model/address.ts";
import type { History } from "./history.ts";
import type { Band, MadeDraft, Rule, Shape, Source } from "./made-tag.ts";

const SHAPES: readonly string[] = ["rules", "history", "bands"] satisfies readonly Shape[];
/** Fields of a draft that are words, in the order in which the address has them. */
const WORDS = ["key", "name", "name_en", "sentence", "owner", "family", "privacy", "otherwise"] as const;

/** A tag as it is being made, as a link: also what is half filled in comes back. */
export function writeDraft(draft: MadeDraft): string {
  const { shape, rules, history, source, bands } = draft;
  return writeWord([
    WORDS.map((name) => draft[name]),
    shape,
    rules.map(({ value, label, condition }) => [value, label, pack(condition)]),
    packHistory(history),
    source.from === "history" ? packHistory(source.history) : source.subject,
    bands.map(({ value, label, below }) => [value, label, below]),
  ]);
}

/** @returns null for what is no draft: cut off in a chat, typed by hand. */
export function readDraft(text: string): MadeDraft | null {
  try {
    const [words, shape, rules, history, source, bands] = list(readWord(text));
    const said = list(words).map(word);
    if (said.length !== WORDS.length || !SHAPES.includes(word(shape))) return null;
    return {
      ...(Object.fromEntries(WORDS.map((name, at) => [name, said[at]])) as Pick<MadeDraft, (typeof WORDS)[number]>),
      shape: shape as Shape,
      rules: list(rules).map(ruleOf),
      history: historyOf(history),
      source: sourceOf(source),
      bands: list(bands).map(bandOf),
    };
  } catch {
    return null;
  }
}

const packHistory = ({ subject, measure, window, where }: History): readonly unknown[] => [
  subject,
  measure,
  packWindow(window),
  packFilters(where),
];

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError("no list");
  return value;
}
function word(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("no word");
  return value;
}

function historyOf(packed: unknown): History {
  const [subject, measure, window, where] = list(packed);
  return {
    subject: word(subject),
    measure: word(measure),
    window: unpackWindow(list(window)),
    where: unpackFilters(list(where)),
  };
}

const sourceOf = (packed: unknown): Source =>
  typeof packed === "string" ? { from: "fact", subject: packed } : { from: "history", history: historyOf(packed) };

function ruleOf(packed: unknown): Rule {
  const [value, label, condition] = list(packed);
  const group = unpackGroup(condition);
  if (group === null) throw new TypeError("no condition");
  return { value: word(value), label: word(label), condition: group };
}

function bandOf(packed: unknown): Band {
  const [value, label, below] = list(packed).map(word);
  return { value: value ?? "", label: label ?? "", below: below ?? "" };
}
