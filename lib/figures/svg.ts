import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
// @ts-types="@types/jsdom"
import { JSDOM } from "jsdom";
import type { Data } from "plotly.js";
import type { Figure } from "./figure.ts";
import { DEFAULT_HEIGHT, DEFAULT_WIDTH } from "./figure.ts";
import { mergePoints } from "./svg_points.ts";
import { shimGeometry } from "./svg_shims.ts";
import { haloStyle, LIGHT } from "./theme.ts";

/** The one function of plotly.js that is called here. */
interface Plotly {
  toImage(figure: Figure, options: Record<string, unknown>): Promise<string>;
}

/**
 * Draws figures as static SVG without a browser: plotly.js itself on a jsdom page, whose missing text and canvas
 * geometry is shimmed. Starting the page takes about a second, a figure some tens of milliseconds.
 */
export interface SvgRenderer {
  render(figure: Figure): Promise<string>;
}

/** Starts the page with plotly.js on it; keep the renderer for as long as there are figures to draw. */
export function createSvgRenderer(): SvgRenderer {
  const plotly = startPlotly();
  return {
    render: async (figure) => {
      const { width = DEFAULT_WIDTH, height = DEFAULT_HEIGHT } = figure.layout;
      // plotly writes defaults into what it draws, and a figure is a value
      const copy = structuredClone({ ...figure, data: figure.data.map(withoutWebgl) });
      const svg = await plotly.toImage(copy, { format: "svg", width, height, imageDataOnly: true });
      return mergePoints(svg).replace("<defs", `<style>${haloStyle(LIGHT.page)}</style><defs`);
    },
  };
}

/** {@linkcode createSvgRenderer} for a single figure. */
export function renderSvg(figure: Figure): Promise<string> {
  return createSvgRenderer().render(figure);
}

/** The path of the plotly.js that figures are drawn with, one file that also runs in a browser. */
export function plotlyPath(): string {
  return createRequire(import.meta.url).resolve("plotly.js-dist-min/plotly.min.js");
}

function startPlotly(): Plotly {
  const page = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
  });
  shimGeometry(page.window);
  page.window.eval(readFileSync(plotlyPath(), "utf8"));
  return page.window.Plotly as Plotly;
}

/** There is no WebGL without a browser; the same points as SVG look the same. */
function withoutWebgl(trace: Data): Data {
  return trace.type === "scattergl" ? { ...trace, type: "scatter" } : trace;
}
