import { createRequire } from "node:module";

/** The path of the plotly.js that figures are drawn with, one file that also runs in a browser. */
export function plotlyPath(): string {
  return createRequire(import.meta.url).resolve("plotly.js-dist-min/plotly.min.js");
}
