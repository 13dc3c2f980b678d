import { setImmediate as nextTurn } from "node:timers/promises";

/** Questions of one answer at most. */
const GATHERED_MAX = 500;

interface Asked<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Answers the same kind of question of many requests together: those asked while one answer is on its way share the next.
 * Each answer begins after all of its questions were asked, so that nobody is told anything older than alone.
 */
export class Gather<Question, Answer> {
  readonly #answerAll: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  #waiting: Asked<Question, Answer>[] = [];
  #running = false;

  /** @param answerAll gives an answer for each question, in their order */
  constructor(answerAll: (questions: readonly Question[]) => Promise<readonly Answer[]>) {
    this.#answerAll = answerAll;
  }

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      await nextTurn();
      const asked = this.#waiting.splice(0, GATHERED_MAX);
      try {
        const answers = await this.#answerAll(asked.map(({ question }) => question));
        for (const [at, { resolve }] of asked.entries()) resolve(answers[at] as Answer);
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    this.#running = false;
  }
}
