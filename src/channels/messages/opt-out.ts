/** Words that operators and the law take for "no more of this": 退订回复R, TD, T, N. */
const WHOLE = new Set(["R", "TD", "T", "N", "QX", "TDR", "TUIDING", "STOP", "取消"]);
const BEGINNINGS = ["TD", "退订", "拒收", "取消订阅", "不要再发", "别再发"];
const KEPT_MAX = 20;

/** The word by which a reply withdraws consent, as it is kept for evidence; undefined when it says something else. */
export function optOutWord(text: string): string | undefined {
  const said = text
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[\s\p{P}\p{S}]/gu, "");
  if (WHOLE.has(said)) return said;
  const begins = BEGINNINGS.find((one) => said.startsWith(one) && !/^[A-Z]/.test(said.slice(one.length)));
  return begins?.slice(0, KEPT_MAX);
}
