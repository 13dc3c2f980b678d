/** What Spark says when it cannot do something: its error class where it names one, and its sentence. */
export class SparkError extends Error {
  override readonly name = "SparkError";
  /** Such as TABLE_OR_VIEW_NOT_FOUND or DIVIDE_BY_ZERO. */
  readonly error_class: string | undefined;

  constructor(message: string, error_class?: string) {
    super(message);
    this.error_class = error_class;
  }
}

/**
 * Makes Spark's own sentence out of a failed call: without the plan, the statement or the stack that follow it.
 * @param target the server's address, for the sentence when nobody answers there
 */
export function sparkError(error: unknown, target: string): SparkError {
  const { details, code } = error as { details?: string; code?: number };
  if (code === UNAVAILABLE) return new SparkError(`no Spark Connect server answers at ${target}`, "UNAVAILABLE");
  const text = details ?? String(error instanceof Error ? error.message : error);
  const found = /\[([A-Z][A-Z0-9_]*(?:\.[A-Z][A-Z0-9_]*)*)\]([\s\S]*)/.exec(text);
  if (found === null) return new SparkError(firstLines(text));
  return new SparkError(firstLines(`${found[1]}:${found[2]}`), found[1]);
}

const UNAVAILABLE = 14;

/** Up to where Spark begins to show the statement ("== SQL ==", "; line 1 pos 7"), its plan or its stack. */
function firstLines(text: string): string {
  const end = text.search(/\n?==|;\s*line \d+ pos \d+|;?\n\s*'|\n\s*at |\nJVM stacktrace/);
  return (end < 0 ? text : text.slice(0, end)).replaceAll(/\s+/g, " ").trim();
}
