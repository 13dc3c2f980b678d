/** A token: 16 bytes as base64url, so that the last of its 22 characters has four values only. */
export const TOKEN_PATTERN = "[A-Za-z0-9_-]{21}[AQgw]";
const TOKEN = new RegExp(`^${TOKEN_PATTERN}$`);
const TOKEN_CHARACTERS = 22;
const RUN = /[A-Za-z0-9_-]{22,}/g;
/** Longer runs are ciphertexts and pictures as text: no name stands within them. */
const RUN_MAX = 300;

export const isToken = (text: string): boolean => TOKEN.test(text);

/** Whatever in a text has the form of a token, however it is embedded. */
export function tokensIn(text: string): string[] {
  const found: string[] = [];
  for (const [run] of text.matchAll(RUN)) {
    if (run.length > RUN_MAX) continue;
    for (let at = 0; at + TOKEN_CHARACTERS <= run.length; at += 1) {
      const token = run.slice(at, at + TOKEN_CHARACTERS);
      if (isToken(token)) found.push(token);
    }
  }
  return found;
}

/** The text with each of the tokens replaced; everything else stays as it is, to the character. */
export function withMoved(text: string, moved: ReadonlyMap<string, string>): string {
  return text.replaceAll(RUN, (run) => {
    if (run.length > RUN_MAX) return run;
    let made = "";
    let at = 0;
    while (at < run.length) {
      const token = moved.get(run.slice(at, at + TOKEN_CHARACTERS));
      made += token ?? run[at];
      at += token === undefined ? 1 : TOKEN_CHARACTERS;
    }
    return made;
  });
}
