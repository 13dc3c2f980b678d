/** The encodings that the importer reads; `windows-1252` stands for the Western single-byte ones. */
export const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "gb18030", "windows-1252"] as const;
export type Encoding = (typeof ENCODINGS)[number];

export function isEncoding(text: string): text is Encoding {
  return (ENCODINGS as readonly string[]).includes(text);
}

/** The byte order mark at the start, when there is one. */
export function byteOrderMark(head: Uint8Array): { encoding: Encoding; bytes: number } | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: "utf-8", bytes: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: "utf-16le", bytes: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: "utf-16be", bytes: 2 };
  return undefined;
}

/**
 * The encoding of a sample of text. A mark decides; then the pattern of zero bytes (UTF-16); then whether the bytes are
 * valid UTF-8, which other encodings practically never are by chance; then whether the pairs are common Chinese
 * characters (GB 2312 level 1 and punctuation), as against Western letters in Windows-1252.
 */
export function detectEncoding(sample: Uint8Array): Encoding {
  const mark = byteOrderMark(sample);
  if (mark !== undefined) return mark.encoding;
  const wide = utf16ByZeros(sample);
  if (wide !== undefined) return wide;
  const utf8 = utf8Validity(sample);
  if (utf8.wrong === 0 || utf8.right > utf8.wrong * 20) return "utf-8";
  const pairs = gbPairs(sample);
  return pairs.common * 2 >= pairs.all && pairs.all > 0 ? "gb18030" : "windows-1252";
}

function utf16ByZeros(sample: Uint8Array): Encoding | undefined {
  const looked = Math.min(sample.length & ~1, 4096);
  if (looked < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < looked; i += 2) {
    if (sample[i] === 0) even += 1;
    if (sample[i + 1] === 0) odd += 1;
  }
  const pairs = looked / 2;
  // Digits, commas and newlines alone make far more than a tenth of any table in UTF-16.
  if (odd > pairs / 10 && even < odd / 10) return "utf-16le";
  if (even > pairs / 10 && odd < even / 10) return "utf-16be";
  return undefined;
}

function utf8Validity(sample: Uint8Array): { right: number; wrong: number } {
  let right = 0;
  let wrong = 0;
  for (let i = 0; i < sample.length; ) {
    const byte = sample[i] ?? 0;
    if (byte < 0x80) {
      i += 1;
      continue;
    }
    const length =
      byte >= 0xc2 && byte < 0xe0 ? 2 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
    if (length > 0 && i + length > sample.length) break; // cut by the end of the sample
    let valid = length > 0;
    for (let k = 1; valid && k < length; k += 1) valid = ((sample[i + k] ?? 0) & 0xc0) === 0x80;
    if (valid) right += 1;
    else wrong += 1;
    i += valid ? length : 1;
  }
  return { right, wrong };
}

function gbPairs(sample: Uint8Array): { common: number; all: number } {
  let common = 0;
  let all = 0;
  for (let i = 0; i < sample.length - 1; i += 1) {
    const lead = sample[i] ?? 0;
    if (lead < 0x80) continue;
    const trail = sample[i + 1] ?? 0;
    all += 1;
    if (lead >= 0x81 && trail >= 0x30) i += 1;
    if (trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xd7) || (lead >= 0xa1 && lead <= 0xa3))) common += 1;
  }
  return { common, all };
}

/** Text of a stream of bytes; bytes that are not in the encoding become U+FFFD, which the row check reports. */
export async function* decoded(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== "") yield text;
  }
  const rest = decoder.decode();
  if (rest !== "") yield rest;
}
