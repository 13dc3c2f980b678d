/** What another server answered. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

const ANSWER_BYTES_MAX = 1_048_576;

/** Posts JSON and gives the JSON answer; throws when there is none within the time. Redirects are not followed. */
export async function postJson(url: string, body: unknown, timeout_ms: number): Promise<JsonAnswer> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(timeout_ms),
  });
  const text = await answer.text();
  if (text.length > ANSWER_BYTES_MAX) throw new Error(`answer of ${text.length} characters`);
  return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
}

/** The lines of a text behind an address, as they arrive. */
export async function* linesOf(url: string, timeout_ms: number): AsyncGenerator<string> {
  const answer = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(timeout_ms) });
  if (!answer.ok || answer.body === null) throw new Error(`${url}: HTTP ${answer.status}`);
  let rest = "";
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
