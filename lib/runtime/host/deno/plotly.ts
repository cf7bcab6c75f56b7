import { readFileSync } from "node:fs";
// @ts-types="@types/jsdom"
import { JSDOM } from "jsdom";
import type { Plotly, PlotlyWindow } from "../types.ts";
import { plotlyPath } from "./plotly_path.ts";

/** plotly.js on a page of jsdom. */
export function startPlotly(prepare: (window: PlotlyWindow) => void): Plotly {
  const page = new JSDOM("<!doctype html><body></body>", { runScripts: "outside-only" });
  prepare(page.window);
  page.window.eval(readFileSync(plotlyPath(), "utf8"));
  return page.window.Plotly as Plotly;
}
