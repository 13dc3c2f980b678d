import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { Server } from "node:https";
import { createSecureContext, type SecureVersion } from "node:tls";
import type { Log } from "./log.ts";

/** Files of a certificate (with its chain) and its key, PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface TlsOptions {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: SecureVersion;
}

const LOOKED_AT_EVERY_MS = 60_000;

/** Reads certificate and key and tries them. @throws with a sentence that names the file and what is wrong with it. */
export function readTls({ cert, key }: TlsFiles): TlsOptions {
  // older versions are not encrypted well enough for signing in (GB/T 22239-2019 8.1.4.1c)
  const options = { cert: readPem("HUITOU_TLS_CERT", cert), key: readPem("HUITOU_TLS_KEY", key) };
  try {
    new X509Certificate(options.cert);
    createSecureContext(options);
  } catch (error) {
    throw new Error(
      `the certificate ${cert} and the key ${key} cannot be used together: ${(error as Error).message} · 证书与私钥不能一起使用`,
      { cause: error },
    );
  }
  return { ...options, minVersion: "TLSv1.2" };
}

function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${setting}: ${path} cannot be read: ${(error as Error).message} · 无法读取`, { cause: error });
  }
}

/**
 * Takes a renewed certificate into use within a minute, without a restart; one that cannot be used leaves the old one in
 * place and is told in the log. @returns how to stop looking.
 */
export function followCertificate(
  server: Server,
  files: TlsFiles,
  log: Log,
  every_ms = LOOKED_AT_EVERY_MS,
): () => void {
  const stamp = () => [files.cert, files.key].map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs).join();
  let seen = stamp();
  const timer = setInterval(() => {
    const now = stamp();
    if (now === seen) return;
    try {
      server.setSecureContext(readTls(files));
      log.info({ cert: files.cert }, "the renewed certificate is in use");
    } catch (error) {
      log.error({ error: (error as Error).message }, "the renewed certificate cannot be used; the old one stays");
    }
    seen = now;
  }, every_ms);
  timer.unref();
  return () => clearInterval(timer);
}
