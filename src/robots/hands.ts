import { stat } from "node:fs/promises";
import type { Download, Page } from "playwright-core";
import type { Counted, Downloaded, Item, ItemWork, Platform, Robot, Target, Words } from "../../robots/contract.ts";
import type { Ground } from "../ground.ts";
import { Problem, problem, sleep } from "../platform/index.ts";
import { isLostConnection } from "../store/index.ts";
import { type Film, wordsOf } from "./film.ts";
import type { Gate } from "./gate.ts";
import { firstSeen, placeOf, seenNow, SignedOut } from "./locate.ts";
import type { Inputs } from "./robot-store.ts";

/** After so many log-ins within one step it is the account that is wrong. */
export const SIGN_INS_MAX = 3;
const READ_MAX = 300;
const LOOK_EVERY_MS = 100;
/** A name shorter than this would cover half of a page wherever its letters stand. */
const COVERED_LENGTH_MIN = 4;

export interface Equipment {
  readonly ground: Ground;
  readonly page: Page;
  readonly gate: Gate;
  readonly origins: readonly string[];
  readonly film: Film;
  readonly signal: AbortSignal;
  readonly seconds: number;
  readonly inputs: Inputs;
  readonly secrets: ReadonlyMap<string, string>;
  readonly secret_names: Readonly<Record<string, Words>>;
  readonly session: { readonly ended: Target; signIn(robot: Robot<Inputs>): Promise<void> };
  readonly days: { readonly today: string; readonly yesterday: string };
  readonly platform: Platform;
  /** The member's number in clear, as whom the owner may. */
  readonly phoneOf: (member_id: number) => Promise<string>;
  readonly items: <Of>(hands: Hands, items: readonly Item<Of>[], work: ItemWork<Of>) => Promise<Counted>;
}

/** What a flow is given: everything that it does to a page. */
export class Hands implements Robot<Inputs> {
  readonly #with: Equipment;
  #signing = false;

  constructor(equipment: Equipment) {
    this.#with = equipment;
  }

  get inputs(): Inputs {
    return this.#with.inputs;
  }
  get today(): string {
    return this.#with.days.today;
  }
  get yesterday(): string {
    return this.#with.days.yesterday;
  }
  get page(): Page {
    return this.#with.page;
  }
  get platform(): Platform {
    return this.#with.platform;
  }

  async step<T>(words: Words, work: () => Promise<T>): Promise<T> {
    for (let times = 0; ; times += 1) {
      try {
        return await this.once(words, work);
      } catch (error) {
        if (!(error instanceof SignedOut)) throw error;
        if (times >= SIGN_INS_MAX) throw problem("robots.signed_out", { times });
        await this.signIn();
      }
    }
  }

  /** One try of a step, with its picture however it ends. @throws SignedOut */
  async once<T>(words: Words, work: () => Promise<T>): Promise<T> {
    const { film, page, ground } = this.#with;
    const began = ground.wall.now();
    try {
      const result = await work();
      await film.take(page, { words, outcome: "done", began });
      return result;
    } catch (thrown) {
      const error = this.#said(thrown);
      if (error instanceof SignedOut)
        await film.take(page, {
          words,
          outcome: "again",
          note: {
            zh: "登录已失效，重新登录后再做这一步。",
            en: "The session had ended: signed in again and begun anew.",
          },
          began,
        });
      // whoever stops a run closes its browser: there is nothing to be seen any more
      else if (!this.#with.signal.aborted)
        await film.take(page, { words, outcome: "failed", note: wordsOf(error), began });
      throw error;
    }
  }

  async signIn(): Promise<void> {
    if (this.#signing) throw problem("robots.signed_out", { times: 1 });
    this.#signing = true;
    try {
      await this.once({ zh: "登录", en: "Sign in" }, () => this.#with.session.signIn(this));
    } finally {
      this.#signing = false;
    }
  }

  /** What Playwright says in the words of the registry; a run that is stopped says why. */
  #said(thrown: unknown): unknown {
    const { signal, page } = this.#with;
    if (signal.aborted) return signal.reason;
    if (thrown instanceof Problem || thrown instanceof SignedOut || isLostConnection(thrown)) return thrown;
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    const reason = (text.split("\n")[0] ?? "").slice(0, 200);
    return problem("robots.flow_failed", { reason: `${reason} (${placeOf(page)})` });
  }

  #waiting() {
    const { page, seconds, signal, session } = this.#with;
    return { page, seconds, signal, ended: this.#signing ? undefined : session.ended };
  }

  async go(address: string): Promise<void> {
    const { page, origins, seconds, gate, signal } = this.#with;
    signal.throwIfAborted();
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined || !origins.includes(url.origin))
      throw problem("robots.host_refused", { host: url?.host ?? address.slice(0, 80) });
    const before = new Set(gate.refused);
    const beyond = () => [...gate.refused].find((host) => !before.has(host));
    const place = `${url.origin}${url.pathname}`;
    const answer = await page
      .goto(address, { waitUntil: "domcontentloaded", timeout: seconds * 1000 })
      .catch((error: Error) => {
        if (signal.aborted) throw error;
        const host = beyond();
        if (host !== undefined) throw problem("robots.host_refused", { host });
        const reason = /net::\w+/.exec(error.message)?.[0] ?? `${seconds} s`;
        throw problem("robots.page_failed", { place, reason });
      });
    if (answer === null) return;
    if (answer.headers()["x-huitou-gate"] === "closed")
      throw problem("robots.host_refused", { host: beyond() ?? new URL(answer.url()).host });
    if (answer.status() >= 500) throw problem("robots.page_failed", { place, reason: `HTTP ${answer.status()}` });
  }

  async click(target: Target): Promise<void> {
    const { locator } = await firstSeen(this.#waiting(), [target]);
    await locator.click({ timeout: this.#with.seconds * 1000, noWaitAfter: true });
  }

  async fill(target: Target, text: string): Promise<void> {
    const { locator } = await firstSeen(this.#waiting(), [target]);
    await locator.fill(text, { timeout: this.#with.seconds * 1000 });
  }

  async fillSecret(target: Target, secret: string): Promise<void> {
    const value = this.#with.secrets.get(secret);
    if (value === undefined) {
      const name = this.#with.secret_names[secret];
      throw problem("robots.secret_missing", { secret_zh: name?.zh ?? secret, secret_en: name?.en ?? secret });
    }
    this.#cover(value);
    await this.fill(target, value);
  }

  async fillPhone(target: Target, member_id: number): Promise<void> {
    const phone = await this.#with.phoneOf(member_id);
    this.#cover(phone);
    await this.fill(target, phone);
  }

  #cover(value: string): void {
    const { values } = this.#with.film;
    if (value.length >= COVERED_LENGTH_MIN && !values.includes(value)) values.push(value);
  }

  async read(target: Target): Promise<string> {
    const { locator } = await firstSeen(this.#waiting(), [target]);
    const text = await locator.textContent({ timeout: this.#with.seconds * 1000 });
    return (text ?? "").trim().slice(0, READ_MAX);
  }

  async sees(target: Target): Promise<boolean> {
    this.#with.signal.throwIfAborted();
    return (await seenNow(this.#with.page, target)) !== undefined;
  }

  async await<Name extends string>(targets: Readonly<Record<Name, Target>>): Promise<Name> {
    const names = Object.keys(targets) as Name[];
    const { at } = await firstSeen(
      this.#waiting(),
      names.map((name) => targets[name]),
    );
    return names[at] as Name;
  }

  async download(target: Target): Promise<Downloaded> {
    const { page, seconds, session, signal } = this.#with;
    const { locator } = await firstSeen(this.#waiting(), [target]);
    let came: Download | undefined;
    page.once("download", (download) => {
      came = download;
    });
    await locator.click({ timeout: seconds * 1000, noWaitAfter: true });
    const began = performance.now();
    while (came === undefined) {
      signal.throwIfAborted();
      if ((await seenNow(page, session.ended)) !== undefined) throw new SignedOut();
      if (performance.now() - began > seconds * 1000)
        throw problem("robots.not_found", {
          place: placeOf(page),
          seconds,
          what_zh: "要下载的文件",
          what_en: "the file to download",
        });
      await sleep(LOOK_EVERY_MS, signal);
    }
    const download: Download = came;
    const path = await download.path();
    return { file_name: download.suggestedFilename().slice(0, 120), bytes: (await stat(path)).size, path };
  }

  each<Of>(items: readonly Item<Of>[], work: ItemWork<Of>): Promise<Counted> {
    return this.#with.items(this, items, work);
  }

  refuse({ zh, en }: Words): never {
    throw problem("robots.refused", { zh, en });
  }
}
