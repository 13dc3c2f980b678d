/** One kind of failure that a caller can meet. Codes are stable; a retired code is never used again. */
export interface ErrorKind {
  readonly status: number;
  /** Sentences with {placeholders}: what is wrong, where, and what to do. */
  readonly zh: string;
  readonly en: string;
  /** What codes among the params are called in the sentences; the params stay codes. */
  readonly words?: Readonly<Record<string, CodeWords>>;
}
/** Codes with their words in Chinese and in English. */
export type CodeWords = Readonly<Record<string, readonly [zh: string, en: string]>>;
export interface RegisteredError extends ErrorKind {
  readonly code: string;
}
export type Params = Readonly<Record<string, string | number | boolean | null>>;

const registry = new Map<string, RegisteredError>();

/** Registers a domain's errors; `members` + `not_found` becomes `members.not_found`. */
export function defineErrors<const Kinds extends Readonly<Record<string, ErrorKind>>>(
  domain: string,
  kinds: Kinds,
): Kinds {
  for (const [name, kind] of Object.entries(kinds)) {
    const code = `${domain}.${name}`;
    if (registry.has(code)) throw new Error(`error code defined twice: ${code}`);
    registry.set(code, { code, ...kind });
  }
  return kinds;
}

/** All registered errors in order of their codes, for the generated reference. */
export function registeredErrors(): RegisteredError[] {
  return [...registry.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** The sentence of a code in one language with its placeholders filled. */
export function sentence(code: string, params: Params, language: "zh" | "en"): string {
  const kind = registry.get(code);
  if (kind === undefined) return code;
  return kind[language].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(params[name] ?? "");
    const words = kind.words?.[name]?.[value];
    return words === undefined ? value : words[language === "zh" ? 0 : 1];
  });
}

/** A failure with a code of the registry; over HTTP it becomes problem+json (RFC 9457). */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly params: Params;
  readonly errors: readonly unknown[];

  constructor(code: string, params: Params = {}, errors: readonly unknown[] = []) {
    const kind = registry.get(code);
    super(kind === undefined ? `unregistered error code ${code}` : sentence(code, params, "en"));
    this.name = "Problem";
    this.code = code;
    this.status = kind?.status ?? 500;
    this.params = params;
    this.errors = errors;
  }

  toJSON(): Record<string, unknown> {
    return {
      type: `/errors/${this.code}`,
      title: this.code,
      status: this.status,
      code: this.code,
      detail: this.message,
      detail_zh: sentence(this.code, this.params, "zh"),
      params: this.params,
      ...(this.errors.length > 0 ? { errors: this.errors } : {}),
    };
  }
}

/** Makes the problem to throw. */
export function problem(code: string, params: Params = {}, errors: readonly unknown[] = []): Problem {
  return new Problem(code, params, errors);
}

defineErrors("platform", {
  internal: {
    status: 500,
    zh: "服务内部出错，编号 {request_id}。请稍后再试；若反复出现，请把编号告诉管理员。",
    en: "Something failed inside the service, reference {request_id}. Try again later; if it recurs, give the reference to your administrator.",
  },
  not_found: {
    status: 404,
    zh: "没有这个地址：{path}。请检查拼写。",
    en: "There is nothing at {path}. Check the address.",
  },
  method_not_allowed: {
    status: 405,
    zh: "{path} 不接受 {method}，可用：{allowed}。",
    en: "{path} does not take {method}. It takes: {allowed}.",
  },
  unsupported_media_type: {
    status: 415,
    zh: "请求的内容类型无法识别：{reason}。请按接口说明设置 content-type。",
    en: "The type of the request's content is not usable: {reason}. Set content-type as the API reference says.",
  },
  invalid_input: {
    status: 400,
    zh: "请求中 {place} 不符合要求：{reason}。请按接口说明修改后重试。",
    en: "{place} of the request is not as required: {reason}. Correct it by the API reference and try again.",
  },
  too_large: {
    status: 413,
    zh: "请求超过上限 {limit_bytes} 字节。请分批发送。",
    en: "The request is larger than {limit_bytes} bytes. Send it in parts.",
  },
  unavailable: {
    status: 503,
    zh: "服务正在启动或停止，请稍后再试。",
    en: "The service is starting or stopping. Try again shortly.",
  },
});
