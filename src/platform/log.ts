import { pino } from "pino";

export type Log = pino.Logger;

/**
 * Structured logs on standard error, so that standard output stays for what a person asked for.
 * Personal data does not belong in a log line at all; the redaction list is the second line of defence.
 */
export function makeLog(level: string, destination: { fd: number } | { path: string } = { fd: 2 }): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          "password",
          "*.password",
          "authorization",
          "*.authorization",
          "cookie",
          "*.cookie",
          "phone",
          "*.phone",
          "email",
          "*.email",
          "name_clear",
          "req.headers",
          "write_key",
          "*.write_key",
        ],
        censor: "[removed]",
      },
    },
    pino.destination({ ...("fd" in destination ? { fd: destination.fd } : { dest: destination.path }), sync: false }),
  );
}
