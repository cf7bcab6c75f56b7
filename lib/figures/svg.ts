import type { Data } from "plotly.js";
import { createRng, host, type Plotly, type PlotlyWindow } from "../runtime/mod.ts";
import { DEFAULT_HEIGHT, DEFAULT_WIDTH, type Figure } from "./figure.ts";
import { shimGeometry } from "./svg_shims.ts";
import { mergePoints } from "./svg_points.ts";
import { haloStyle, LIGHT } from "./theme.ts";

/**
 * Draws figures as static SVG, everywhere the same: plotly.js itself on a page without a screen, whose missing text and
 * canvas geometry is shimmed. Starting it takes about a second, a figure some tens of milliseconds.
 */
export interface SvgRenderer {
  render(figure: Figure): Promise<string>;
}

/** A renderer that starts plotly.js with its first picture; keep it for as long as there are figures to draw. */
export function createSvgRenderer(): SvgRenderer {
  let plotly: Promise<Plotly> | undefined;
  let page: PlotlyWindow;
  const prepare = (window: PlotlyWindow) => shimGeometry(page = window);
  return {
    render: async (figure) => {
      const { toImage } = await (plotly ??= host.startPlotly(prepare));
      const { width = DEFAULT_WIDTH, height = DEFAULT_HEIGHT } = figure.layout;
      // plotly writes defaults into what it draws, and a figure is a value
      const copy = structuredClone({ ...figure, data: figure.data.map(withoutWebgl) });
      const svg = await withSameNames(
        page,
        () => toImage(copy, { format: "svg", width, height, imageDataOnly: true }),
      );
      return mergePoints(svg).replace("<defs", `<style>${haloStyle(LIGHT.page)}</style><defs`);
    },
  };
}

/** plotly.js names parts of a picture by random numbers: they are the same for every picture, so that it has the same bytes. */
async function withSameNames<T>({ Math }: PlotlyWindow, draw: () => Promise<T>): Promise<T> {
  const { random } = Math;
  Math.random = createRng("picture").uniform;
  try {
    return await draw();
  } finally {
    Math.random = random;
  }
}

/** {@linkcode createSvgRenderer} for a single figure. */
export function renderSvg(figure: Figure): Promise<string> {
  return createSvgRenderer().render(figure);
}

/** There is no WebGL without a browser; the same points as SVG look the same. */
function withoutWebgl(trace: Data): Data {
  return trace.type === "scattergl" ? { ...trace, type: "scatter" } : trace;
}
