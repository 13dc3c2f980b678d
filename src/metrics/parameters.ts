import type { Parameters } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import { activeVersion, currentRun } from "../value/index.ts";

/** What formulas may ask for by name. */
export const KNOWN_PARAMETERS: readonly string[] = ["currency", "month_start", "m_hi_minor"];

/**
 * Values of the parameters on a day: the brand's currency, the first day of its month, and the high-value threshold of
 * the RFM version in force; before there is one, that of the run that is shown; absent without either.
 */
export async function parametersOn(tx: Tx, day: string, currency: string): Promise<Parameters> {
  const version = (await activeVersion(tx)) ?? (await currentRun(tx));
  return {
    currency: { node: "text", value: currency },
    month_start: { node: "date", value: `${day.slice(0, 7)}-01` },
    ...(version === undefined ? {} : { m_hi_minor: { node: "integer", value: version.m_hi_minor } }),
  };
}
