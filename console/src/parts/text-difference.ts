export interface Piece {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** Two texts of this many sentences each are compared; what is longer is shown as replaced. */
const SENTENCES_MAX = 1_500;

/** A text in sentences, each with the mark and blanks behind it: what was changed is said sentence by sentence. */
function sentencesOf(text: string): string[] {
  return text.match(/[^。！？；!?;\n]*[。！？；!?;\n]+\s*|[^。！？；!?;\n]+$/g) ?? [];
}

/** What of `before` went and what came to make `after`; joined without what was removed it is `after`. */
export function differenceOf(before: string, after: string): Piece[] {
  const [old, young] = [sentencesOf(before), sentencesOf(after)];
  let head = 0;
  while (head < old.length && head < young.length && old[head] === young[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < young.length - head && old.at(-1 - tail) === young.at(-1 - tail)) tail += 1;
  const pieces: Piece[] = [];
  const add = (kind: Piece["kind"], text: string) => {
    const last = pieces.at(-1);
    if (text === "") return;
    if (last?.kind === kind) pieces[pieces.length - 1] = { kind, text: last.text + text };
    else pieces.push({ kind, text });
  };
  add("same", old.slice(0, head).join(""));
  middle(old.slice(head, old.length - tail), young.slice(head, young.length - tail), add);
  add("same", old.slice(old.length - tail).join(""));
  return pieces;
}

/** The longest common subsequence of sentences, by dynamic programming from the end. */
function middle(
  old: readonly string[],
  young: readonly string[],
  add: (kind: Piece["kind"], text: string) => void,
): void {
  if (old.length > SENTENCES_MAX || young.length > SENTENCES_MAX) {
    add("removed", old.join(""));
    add("added", young.join(""));
    return;
  }
  const width = young.length + 1;
  const longest = new Uint16Array((old.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = young.length - 1; j >= 0; j -= 1)
      longest[i * width + j] = old[i] === young[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  let [i, j] = [0, 0];
  while (i < old.length || j < young.length) {
    if (i < old.length && j < young.length && old[i] === young[j]) {
      add("same", old[i] ?? "");
      i += 1;
      j += 1;
    } else if (i < old.length && (j === young.length || at(i + 1, j) >= at(i, j + 1))) {
      add("removed", old[i] ?? "");
      i += 1;
    } else {
      add("added", young[j] ?? "");
      j += 1;
    }
  }
}
