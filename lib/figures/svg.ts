import { createRequire } from "node:module";
import type { Data } from "plotly.js";
import { DEFAULT_HEIGHT, DEFAULT_WIDTH, type Figure } from "./figure.ts";
import type { Plotly } from "./svg_page.ts";
import { mergePoints } from "./svg_points.ts";
import { haloStyle, LIGHT } from "./theme.ts";

/**
 * Draws figures as static SVG without a browser: plotly.js itself on a jsdom page, whose missing text and canvas
 * geometry is shimmed. Starting it takes about a second, a figure some tens of milliseconds.
 */
export interface SvgRenderer {
  render(figure: Figure): Promise<string>;
}

/** A renderer that starts plotly.js with its first picture; keep it for as long as there are figures to draw. */
export function createSvgRenderer(): SvgRenderer {
  let plotly: Promise<Plotly> | undefined;
  return {
    render: async (figure) => {
      const { toImage } = await (plotly ??= startPlotly());
      const { width = DEFAULT_WIDTH, height = DEFAULT_HEIGHT } = figure.layout;
      // plotly writes defaults into what it draws, and a figure is a value
      const copy = structuredClone({ ...figure, data: figure.data.map(withoutWebgl) });
      const svg = await toImage(copy, { format: "svg", width, height, imageDataOnly: true });
      return mergePoints(svg).replace("<defs", `<style>${haloStyle(LIGHT.page)}</style><defs`);
    },
  };
}

/** Loaded when needed, since jsdom is large and most users of figures draw no picture. */
async function startPlotly(): Promise<Plotly> {
  const page = await import("./svg_page.ts");
  return page.startPlotly(plotlyPath());
}

/** {@linkcode createSvgRenderer} for a single figure. */
export function renderSvg(figure: Figure): Promise<string> {
  return createSvgRenderer().render(figure);
}

/** The path of the plotly.js that figures are drawn with, one file that also runs in a browser. */
export function plotlyPath(): string {
  return createRequire(import.meta.url).resolve("plotly.js-dist-min/plotly.min.js");
}

/** There is no WebGL without a browser; the same points as SVG look the same. */
function withoutWebgl(trace: Data): Data {
  return trace.type === "scattergl" ? { ...trace, type: "scatter" } : trace;
}
