import type { Content } from "./messages-data.ts";

/** A value that a field of each kind takes. */
const SAMPLES: Readonly<Record<string, string>> = {
  number: "100",
  letter: "ABC",
  symbol: "★",
  character_string: "SO20261201",
  time: "15:01",
  date: "2026年12月31日",
  amount: "￥128.00",
  phone_number: "400-800-1234",
  car_number: "沪A12345",
  name: "王小明",
  phrase: "已到账",
};

/** A sample of a variable that WeChat takes where it stands; nothing where any words do. */
export function sampleFor(content: Content | null, variable: string): string | undefined {
  if (content?.kind !== "wechat") return undefined;
  const reads = new RegExp(`\\b${variable}\\b`);
  const field = Object.entries(content.parameters ?? {}).find(([, text]) => reads.test(text))?.[0];
  return field === undefined ? undefined : SAMPLES[field.replace(/\d+$/, "")];
}
