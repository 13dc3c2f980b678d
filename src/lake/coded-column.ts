/** What the values of a column are: words, or numbers, of which a date is the days since 1970. */
export type CodedForm =
  | { readonly kind: "text" }
  | { readonly kind: "number"; readonly scale: number }
  | { readonly kind: "day" };

type Codes = Uint8Array | Uint16Array | Uint32Array;

const DAY_MS = 86_400_000;
/** So that the first members after a load do not make the array anew. */
const ROOM = 1.125;

/**
 * One column of everybody with a small number in the place of each value: member n has `codes[n]`, 0 for none. Counting a
 * group is one pass over such numbers, and of a million members a column takes one to four megabytes.
 */
export class CodedColumn {
  readonly form: CodedForm;
  #codes: Codes;
  /** By code; of texts. */
  readonly #words: string[] = [""];
  /** By code; of numbers and days. */
  #numbers = new Float64Array(16);
  #size = 1;
  /** Codes below this one stand in the order of their numbers. */
  #sorted = 1;
  /** Codes of texts, and of the numbers that came after the sorted ones. */
  readonly #places = new Map<string | number, number>();
  #order: Uint32Array | undefined;

  /** @param ids one more than the greatest member id expected; more are taken in. */
  constructor(form: CodedForm, ids = 0) {
    this.form = form;
    this.#codes = new Uint8Array(Math.max(1, ids));
  }

  /** By member id; shorter than the greatest id when nobody beyond has a value. */
  get codes(): Codes {
    return this.#codes;
  }

  /** One more than the greatest code. */
  get size(): number {
    return this.#size;
  }

  /** The value as people write it. */
  word(code: number): string {
    if (this.form.kind === "text") return this.#words[code] ?? "";
    const number = this.number(code);
    return this.form.kind === "day"
      ? new Date(number * DAY_MS).toISOString().slice(0, 10)
      : number.toFixed(this.form.scale);
  }

  number(code: number): number {
    return this.#numbers[code] ?? Number.NaN;
  }

  /** Gives a member a value, or none. @param text as people write it. */
  set(member_id: number, text: string | null): void {
    this.setCode(member_id, text === null ? 0 : this.#codeOf(this.form.kind === "text" ? text : this.#read(text)));
  }

  setCode(member_id: number, code: number): void {
    if (member_id >= this.#codes.length) {
      if (code === 0) return;
      this.#replace(Math.ceil((member_id + 1) * ROOM));
    }
    this.#codes[member_id] = code;
  }

  /** The same for many members; their codes are known. */
  setCodes(member_ids: ArrayLike<number>, codes: ArrayLike<number>): void {
    for (let row = 0; row < codes.length; row++) this.setCode(member_ids[row] ?? 0, codes[row] ?? 0);
  }

  /** Takes a value that is not yet known. Sorted numbers are to come first, from the lowest. */
  append(value: string | number, sorted = false): void {
    const code = this.#size;
    this.#size += 1;
    this.#order = undefined;
    if (typeof value === "string") this.#words.push(value);
    else this.#pushNumber(code, value);
    if (sorted && typeof value === "number") this.#sorted = this.#size;
    else this.#places.set(value, code);
    if (this.#size > 2 ** (8 * this.#codes.BYTES_PER_ELEMENT)) this.#replace(this.#codes.length);
  }

  /** The codes of numbers from the lowest number. */
  ascending(): Uint32Array {
    if (this.#order !== undefined) return this.#order;
    const order = new Uint32Array(this.#size - 1);
    const late = Array.from({ length: this.#size - this.#sorted }, (_, index) => this.#sorted + index);
    late.sort((a, b) => this.number(a) - this.number(b));
    let [at, next] = [1, 0];
    for (let place = 0; place < order.length; place++) {
      const other = late[next];
      if (other !== undefined && (at >= this.#sorted || this.number(other) < this.number(at))) {
        order[place] = other;
        next += 1;
      } else {
        order[place] = at;
        at += 1;
      }
    }
    this.#order = order;
    return order;
  }

  #read(text: string): number {
    return this.form.kind === "day" ? Date.parse(`${text}T00:00:00Z`) / DAY_MS : Number(text);
  }

  #codeOf(value: string | number): number {
    const known = this.#places.get(value) ?? (typeof value === "number" ? this.#sortedCode(value) : undefined);
    if (known !== undefined) return known;
    this.append(value);
    return this.#size - 1;
  }

  /** A map of half a million numbers would take ten times the memory of the numbers. */
  #sortedCode(number: number): number | undefined {
    let [low, high] = [1, this.#sorted];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.number(middle) < number) low = middle + 1;
      else high = middle;
    }
    return low < this.#sorted && this.number(low) === number ? low : undefined;
  }

  #pushNumber(code: number, number: number): void {
    if (code >= this.#numbers.length) {
      const wider = new Float64Array(code * 2);
      wider.set(this.#numbers);
      this.#numbers = wider;
    }
    this.#numbers[code] = number;
  }

  /** The codes in an array of another length, as wide as the greatest code needs. */
  #replace(length: number): void {
    const bytes = this.#size > 2 ** 16 ? 4 : this.#size > 2 ** 8 ? 2 : 1;
    const codes: Codes =
      bytes === 4 ? new Uint32Array(length) : bytes === 2 ? new Uint16Array(length) : new Uint8Array(length);
    codes.set(this.#codes);
    this.#codes = codes;
  }
}
