import { gunzipSync } from "node:zlib";
import { LIMITS } from "../limits.ts";

/** The fields of a Sensors request, from its query and its form body. */
export interface SensorsForm {
  readonly data?: string;
  readonly data_list?: string;
  readonly gzip?: string;
  readonly crc?: string;
  readonly ext?: string;
  readonly payload?: string;
  readonly payloads?: string;
}

export type SensorsPayload =
  | { readonly messages: readonly unknown[]; readonly crc: "right" | "wrong" | "absent" }
  /** Why the content cannot be decoded; the bytes are kept as a reject. */
  | { readonly undecodable: string };

/** A form as the SDKs write it: percent-encoded, sent as form or as text/plain. */
export function parseSensorsForm(text: string): SensorsForm {
  const form: Record<string, string> = {};
  for (const pair of text.trim().split("&")) {
    const at = pair.indexOf("=");
    if (at < 1) continue;
    // A "+" that was not percent-encoded is a "+" of base64, never a blank.
    const value = pair.slice(at + 1);
    form[pair.slice(0, at)] = decodePercent(value);
  }
  return form;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The checksum of the JavaScript SDK: h = 31·h + code of each character of the base64 text, as a signed 32-bit number. */
export function sensorsCrc(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i += 1) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return hash;
}

/** Undoes what an SDK did to its messages: JSON in UTF-8, perhaps gzip, base64, percent-encoding. */
export function decodeSensorsForm(form: SensorsForm): SensorsPayload {
  if (form.payload !== undefined || form.payloads !== undefined) return { undecodable: "encrypted" };
  const encoded = form.data_list ?? form.data;
  if (encoded === undefined || encoded === "") return { undecodable: "no data and no data_list" };
  let bytes = Buffer.from(encoded, "base64");
  const gzipped = form.gzip === "1" || (bytes[0] === 0x1f && bytes[1] === 0x8b);
  if (gzipped) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: LIMITS.sensors_bytes_max });
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      return {
        undecodable: code === "ERR_BUFFER_TOO_LARGE" ? "larger than sensors_bytes_max after gzip" : "not whole gzip",
      };
    }
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return { undecodable: "not JSON in UTF-8" };
  }
  if (isEncrypted(value)) return { undecodable: "encrypted" };
  const crc = form.crc ?? /(?:^|&)crc=(-?\d+)/.exec(form.ext ?? "")?.[1];
  return {
    messages: Array.isArray(value) ? value : [value],
    crc: crc === undefined ? "absent" : Number(crc) === sensorsCrc(encoded) ? "right" : "wrong",
  };
}

/** The encryption plug-ins put `payload(s)` with a key reference (`pkv`, `ekey`, `key_id`) in place of the messages. */
function isEncrypted(value: unknown): boolean {
  const first = Array.isArray(value) ? (value as unknown[])[0] : value;
  if (typeof first !== "object" || first === null) return false;
  return ("payload" in first || "payloads" in first) && ("ekey" in first || "pkv" in first || "key_id" in first);
}
