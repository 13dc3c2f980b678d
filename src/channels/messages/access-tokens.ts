import { createHash } from "node:crypto";
import type { Ground } from "../../ground.ts";

/** A token as a service gave it. */
export interface Given {
  readonly token: string;
  readonly expires_s: number;
}

/** A token is not used to its very last second. */
const MARGIN_S = 300;

/**
 * Access tokens of a service, kept as long as they live: by account, so that a changed secret asks for one of its own, and
 * asked for once however many calls wait for it.
 */
export class AccessTokens {
  readonly #held = new Map<string, { readonly token: string; readonly until_ms: number }>();
  readonly #asking = new Map<string, Promise<string>>();

  /** @param account what tells one account and its secret from another; @param ask asks the service, and throws what it likes */
  async tokenOf({ wall }: Ground, account: readonly string[], ask: () => Promise<Given>): Promise<string> {
    const key = keyOf(account);
    const known = this.#held.get(key);
    if (known !== undefined && known.until_ms > wall.now().getTime()) return known.token;
    const asked =
      this.#asking.get(key) ??
      ask()
        .then(({ token, expires_s }) => {
          // one that has little left is used for what it has left
          const life_s = Math.max(expires_s - MARGIN_S, expires_s / 2);
          this.#held.set(key, { token, until_ms: wall.now().getTime() + life_s * 1_000 });
          return token;
        })
        .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asked);
    return asked;
  }

  /** What the service no longer takes is asked for anew; another one that came meanwhile stays. */
  forget(account: readonly string[], token: string): void {
    const key = keyOf(account);
    if (this.#held.get(key)?.token === token) this.#held.delete(key);
  }
}

const keyOf = (account: readonly string[]) => createHash("sha256").update(JSON.stringify(account)).digest("base64url");
