import type { LayoutAxis } from "plotly.js";

/**
 * A logarithmic axis with its numbers written out: 1, 2, 5, 10 over less than three decades, powers of ten
 * beyond (plotly's own labels there read "2" and "5" at every decade).
 */
export function logScale(columns: readonly ArrayLike<number>[]): Partial<LayoutAxis> {
  const positive = columns.flatMap((column) => Array.from(column)).filter((v) => v > 0 && Number.isFinite(v));
  const powers = positive.map(Math.log10);
  const low = Math.floor(powers.reduce((a, b) => Math.min(a, b), Infinity));
  const high = Math.ceil(powers.reduce((a, b) => Math.max(a, b), -Infinity));
  if (high - low > 4 || positive.length === 0) return { type: "log", dtick: 1 };
  const decades = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const tickvals = decades.flatMap((ten) => high - low > 3 ? [ten] : [ten, 2 * ten, 5 * ten]);
  return { type: "log", tickvals, ticktext: tickvals.map((v) => String(Number(v.toPrecision(1)))) };
}
