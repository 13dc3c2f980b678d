/** What a line of a flat order file is in terms of money; an object names why it is neither sale nor return. */
export type LineClass = "sale" | "return" | { readonly code: string };

const ADJUSTMENT = /^(adjust(ment)? (of )?bad debt|bad debt|write[- ]?off|账务调整|坏账(调整|核销)?|手工调账)$/i;

/**
 * Sorts a line by its quantity and amount:
 * negative quantity with an amount → return; positive amount, or a free line of a positive quantity → sale;
 * a negative price, a negative amount without a negative quantity, nothing sold for nothing, and what its description
 * calls an account adjustment are neither.
 */
export function classifyLine(line: Readonly<Record<string, unknown>>): LineClass {
  const quantity = Number(line["quantity"] ?? 1);
  const price = line["unit_price"] === undefined ? undefined : Number(line["unit_price"]);
  const stated = line["net_minor"] as number | undefined;
  if (price !== undefined && price < 0) return { code: "row.negative_price" };
  if (typeof line["product_name"] === "string" && ADJUSTMENT.test(line["product_name"].trim())) {
    return { code: "row.account_adjustment" };
  }
  if (stated === undefined && price === undefined) return { code: "row.no_amount" };
  const amount = stated ?? quantity * (price ?? 0);
  if (quantity < 0) return amount === 0 ? { code: "row.stock_adjustment" } : "return";
  if (amount < 0) return { code: "row.negative_amount" };
  if (quantity === 0 && amount === 0) return { code: "row.stock_adjustment" };
  return "sale";
}
