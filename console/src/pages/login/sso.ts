const NEXT = "huitou:sso-next";

/** Only paths of this console; a foreign address never follows a log-in. */
export function safeNext(next: string | null): string {
  return next?.startsWith("/") && !next.startsWith("//") ? next : "/";
}

export function keepNext(next: string): void {
  sessionStorage.setItem(NEXT, next);
}

/** The page that was wanted before the way over the identity provider. */
export function takeNext(): string {
  const next = safeNext(sessionStorage.getItem(NEXT));
  sessionStorage.removeItem(NEXT);
  return next;
}
