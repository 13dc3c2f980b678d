import { hearWorldTime } from "../texts/world-time.ts";

/** An RFC 9457 answer of the server: `detail` in English, `detail_zh` in Chinese, `code` from the error registry. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly detail_zh: string;
  /** Each fault on its own, where the server names several. */
  readonly errors: readonly unknown[];

  constructor(
    status: number,
    body: Partial<Record<"code" | "title" | "detail" | "detail_zh", string>> & { errors?: readonly unknown[] },
  ) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.status = status;
    this.code = body.code ?? (status === 0 ? "console.offline" : `http.${status}`);
    this.detail = body.detail ?? body.title ?? "";
    this.detail_zh = body.detail_zh ?? this.detail;
    this.errors = body.errors ?? [];
  }
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** "/api/rejects" + {state: "open", code: undefined} → "/api/rejects?state=open". */
export function withQuery(path: string, query?: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Fired when the server says that nobody is signed in any more, that something is owed before anything else, or closed which looked open. */
export const SIGNED_OUT = "huitou:signed-out";
const SESSION_CODES: ReadonlySet<string> = new Set([
  "access.not_signed_in",
  "access.second_factor_required",
  "access.second_factor_missing",
  "access.password_old",
  "access.not_allowed",
]);

type Ask = () => Promise<boolean>;
let askForProof: Ask | undefined;

/** Who asks the person for their second factor when the server wants a fresh one. @returns how to end that */
export function answerStepUp(ask: Ask): () => void {
  askForProof = ask;
  return () => {
    askForProof = undefined;
  };
}

/** What a person is told before they give the reason of a request for approval. */
export type ReasonAsked = Pick<ApiProblem, "detail" | "detail_zh">;
type AskReason = (what: ReasonAsked) => Promise<string | undefined>;
let askForReason: AskReason | undefined;

/** Who asks the person why, when the server puts an act to a colleague. @returns how to end that */
export function answerReason(ask: AskReason): () => void {
  askForReason = ask;
  return () => {
    askForReason = undefined;
  };
}

const ASKED: ReadonlySet<string> = new Set([
  "access.approval_asked",
  "access.approval_asked_alone",
  "access.approval_asked_nobody",
  "access.approval_ready",
]);
/** Fired when an act was put to a colleague: what waits has changed. */
export const APPROVAL_ASKED = "huitou:approval-asked";

/** Whether a refusal says that the act waits for approval: nothing went wrong. */
export function isAsked(error: unknown): boolean {
  return error instanceof ApiProblem && ASKED.has(error.code);
}

async function answer<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  if (response.ok) return (text === "" ? undefined : JSON.parse(text)) as T;
  let body: Record<string, string> = {};
  try {
    body = JSON.parse(text) as Record<string, string>;
  } catch {
    body = { title: response.statusText };
  }
  if (ASKED.has(body["code"] ?? "")) window.dispatchEvent(new Event(APPROVAL_ASKED));
  if (SESSION_CODES.has(body["code"] ?? "")) window.dispatchEvent(new Event(SIGNED_OUT));
  throw new ApiProblem(response.status, body);
}

/** A request that wants a fresh second factor or a reason is sent once more when the person has given it. */
async function send<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  headers: Headers = {},
): Promise<T> {
  try {
    return await sendProved<T>(method, path, body, signal, headers);
  } catch (error) {
    const unsaid = error instanceof ApiProblem && error.code === "access.approval_reason";
    const reason = unsaid ? await askForReason?.(error) : undefined;
    if (reason === undefined) throw error;
    const said = { ...headers, "huitou-approval-reason": encodeURIComponent(reason) };
    return sendProved<T>(method, path, body, signal, said);
  }
}

/** A browser has begun to save what it was handed by then. */
const RELEASE_MS = 60_000;

type Headers = Readonly<Record<string, string>>;

async function sendProved<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  headers: Headers = {},
): Promise<T> {
  try {
    return await sendOnce<T>(method, path, body, signal, headers);
  } catch (error) {
    const wanted = error instanceof ApiProblem && error.code === "access.step_up_required" && path.startsWith("/api/");
    if (!wanted || askForProof === undefined || !(await askForProof())) throw error;
    return sendOnce<T>(method, path, body, signal, headers);
  }
}

async function sendOnce<T>(
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal | undefined,
  headers: Headers,
): Promise<T> {
  const accept = { accept: "application/json", ...headers };
  const init: RequestInit = { method, credentials: "same-origin", headers: accept };
  if (signal) init.signal = signal;
  if (body instanceof FormData) init.body = body;
  else if (body instanceof Blob) {
    init.body = body;
    init.headers = { ...accept, "content-type": body.type };
  } else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...accept, "content-type": "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiProblem(0, {});
  }
  hearWorldTime(response.headers.get("huitou-world"));
  return await answer<T>(response);
}

/** The one door to the server: same origin, session cookie, problem+json turned into ApiProblem. */
export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    send<T>("GET", withQuery(path, query), undefined, signal),
  post: <T>(path: string, body?: unknown, signal?: AbortSignal) => send<T>("POST", path, body, signal),
  /** A write that has one effect for one key, however often it is sent. */
  once: <T>(path: string, key: string, body: unknown) =>
    send<T>("POST", path, body, undefined, { "idempotency-key": key }),
  put: <T>(path: string, body?: unknown) => send<T>("PUT", path, body),
  patch: <T>(path: string, body?: unknown) => send<T>("PATCH", path, body),
  delete: <T>(path: string) => send<T>("DELETE", path),
};

/** Asks for a file by a POST and hands it to the browser under the name that the server gives. */
export async function download(path: string, body: unknown): Promise<void> {
  let response: Response;
  try {
    const headers = { "content-type": "application/json" };
    response = await fetch(path, { method: "POST", credentials: "same-origin", headers, body: JSON.stringify(body) });
  } catch {
    throw new ApiProblem(0, {});
  }
  if (!response.ok) return answer<undefined>(response);
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "download";
  const address = URL.createObjectURL(await response.blob());
  const anchor = Object.assign(document.createElement("a"), { href: address, download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), RELEASE_MS);
}

/** Uploads a form with progress (0…1); fetch cannot report upload progress. */
export function upload<T>(path: string, form: FormData, progress: (part: number) => void, signal?: AbortSignal) {
  return new Promise<T>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("error", () => reject(new ApiProblem(0, {})));
    request.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    request.addEventListener("load", () => {
      const response = new Response(request.status === 204 ? null : request.responseText, { status: request.status });
      answer<T>(response).then(resolve, reject);
    });
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
