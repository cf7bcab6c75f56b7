import { readFileSync } from "node:fs";
// @ts-types="@types/jsdom"
import { JSDOM } from "jsdom";
import type { Figure } from "./figure.ts";
import { shimGeometry } from "./svg_shims.ts";

/** The one function of plotly.js that is called here. */
export interface Plotly {
  toImage(figure: Figure, options: Record<string, unknown>): Promise<string>;
}

/** plotly.js, from its browser bundle at `path`, running on a jsdom page with the geometry that jsdom lacks. */
export function startPlotly(path: string): Plotly {
  const page = new JSDOM("<!doctype html><body></body>", { runScripts: "outside-only" });
  shimGeometry(page.window);
  page.window.eval(readFileSync(path, "utf8"));
  return page.window.Plotly as Plotly;
}
