import type { KeyObject } from "node:crypto";
import { blindIndex, indexKeyOf, movedIndex } from "./cipher.ts";
import type { IndexKey } from "./keyring.ts";
import type { CipherSuite } from "./suites.ts";

/** 24 of the 128 bits: several values share one key, so that equal keys do not betray equal values; matches are checked. */
const SHORT_CHARACTERS = 4;

interface Link {
  readonly version: number;
  readonly suite: CipherSuite;
  readonly key: KeyObject;
}

/**
 * Tokens under the index key in force. After an exchange a token is the new key's hash of the token before it, so that
 * what is stored moves without being opened, and what is computed anew arrives at the same token. Whoever has an earlier
 * key alone gets no further than a token that stands nowhere any more.
 */
export class IndexTokens {
  readonly version: number;
  readonly #first: Link;
  readonly #later: readonly Link[];

  constructor(index: IndexKey) {
    const keys = chainOf(index);
    const [first, ...later] = keys.map(({ version, suite, key }) => ({ version, suite, key: indexKeyOf(key) }));
    if (first === undefined) throw new Error("no index key");
    this.version = index.version;
    this.#first = first;
    this.#later = later;
  }

  /** The hash under the very first key, in whose order ties are settled whatever was exchanged since. */
  root(purpose: string, value: string): string {
    return blindIndex(this.#first.suite, this.#first.key, purpose, value);
  }

  token(purpose: string, value: string): string {
    return this.fromRoot(this.root(purpose, value));
  }

  fromRoot(root: string): string {
    return this.#later.reduce((token, link) => movedIndex(link.suite, link.key, token), root);
  }

  /** A truncated token: a letter for what it is of, and four characters. */
  short(letter: string, purpose: string, value: string): string {
    const root = `${letter}${this.root(purpose, value).slice(0, SHORT_CHARACTERS)}`;
    return this.#later.reduce((token, link) => movedShort(link, token), root);
  }

  /** What a token of an earlier version is now. */
  moved(token: string, from_version: number): string {
    return this.#after(from_version).reduce((moved, link) => movedIndex(link.suite, link.key, moved), token);
  }

  movedShort(token: string, from_version: number): string {
    return this.#after(from_version).reduce((moved, link) => movedShort(link, moved), token);
  }

  #after(from_version: number): readonly Link[] {
    return this.#later.filter(({ version }) => version > from_version);
  }
}

function movedShort({ suite, key }: Link, token: string): string {
  return `${token.slice(0, 1)}${movedIndex(suite, key, token).slice(0, SHORT_CHARACTERS)}`;
}

/** The keys from the first to the one in force. */
function chainOf(index: IndexKey): IndexKey[] {
  return index.before === undefined ? [index] : [...chainOf(index.before), index];
}
