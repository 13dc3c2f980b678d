import type { Page } from "playwright-core";
import type { Words } from "../../robots/contract.ts";
import type { Ground } from "../ground.ts";
import { Problem, sentence } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { maskText } from "../vault/index.ts";
import { coveredPicture } from "./cover.ts";
import { insertStep, type NewStep } from "./film-store.ts";
import { placeOf } from "./locate.ts";

const WORDS_MAX = 200;
const NOTE_MAX = 600;

const shown = (text: string, max: number) => maskText(text).slice(0, max);

/** What went wrong as people read it. */
export function wordsOf(error: unknown): Words {
  if (error instanceof Problem)
    return { zh: sentence(error.code, error.params, "zh"), en: sentence(error.code, error.params, "en") };
  const text = error instanceof Error ? error.message : String(error);
  return { zh: text, en: text };
}

export interface Take {
  readonly words: Words;
  readonly outcome: NewStep["outcome"];
  readonly note?: Words;
  readonly began: Date;
}

/** The steps of one attempt of a run, each with its picture. */
export class Film {
  /** What was typed and must not be seen; it grows as the run goes on. */
  readonly values: string[] = [];
  readonly #ground: Ground;
  readonly #run: { readonly run_id: number; readonly attempt: number };
  readonly #selectors: readonly string[];

  constructor(
    ground: Ground,
    run: { readonly run_id: number; readonly attempt: number },
    selectors: readonly string[],
  ) {
    this.#ground = ground;
    this.#run = run;
    this.#selectors = selectors;
  }

  async take(page: Page | undefined, { words, outcome, note, began }: Take): Promise<void> {
    const picture =
      page === undefined || page.isClosed()
        ? undefined
        : await coveredPicture(page, { selectors: this.#selectors, values: this.values });
    const ms = this.#ground.wall.now().getTime() - began.getTime();
    await this.#ground.store.write(SYSTEM_SCOPE, (tx) =>
      insertStep(tx, this.#ground, {
        ...this.#run,
        zh: this.#text(words.zh, WORDS_MAX),
        en: this.#text(words.en, WORDS_MAX),
        outcome,
        note_zh: note === undefined ? null : this.#text(note.zh, NOTE_MAX),
        note_en: note === undefined ? null : this.#text(note.en, NOTE_MAX),
        place: page === undefined || page.isClosed() ? null : this.#text(placeOf(page), NOTE_MAX),
        started_at: began,
        ms: Math.max(0, ms),
        picture: picture ?? null,
      }),
    );
  }

  /** Without what was typed, wherever a page repeats it. */
  #text(text: string, max: number): string {
    return shown(
      this.values.reduce((kept, value) => kept.replaceAll(value, "▇▇▇"), text),
      max,
    );
  }

  /** A failure as it is kept with the run. */
  failure(error: unknown): Record<string, unknown> {
    const code = error instanceof Problem ? error.code : "robots.flow_failed";
    const { zh, en } = wordsOf(error);
    return { code, detail_zh: this.#text(zh, NOTE_MAX), detail: this.#text(en, NOTE_MAX) };
  }
}
