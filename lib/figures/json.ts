import type { Figure } from "./figure.ts";

const DIGITS = 6;

/** A figure as JSON: typed arrays as arrays, numbers to six significant digits, more than a screen shows. */
export function figureJson(figure: Figure): string {
  return JSON.stringify(figure, (_, value) => {
    if (typeof value === "number") return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
    return ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;
  });
}
