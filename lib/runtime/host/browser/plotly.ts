import { parseHTML } from "linkedom";
import type { Plotly, PlotlyWindow } from "../types.ts";

/** Globals that plotly.js takes from the page by name. */
const NAMES = [
  ...["document", "DOMParser", "Element", "HTMLElement", "SVGElement", "Node"],
  ...["HTMLCanvasElement", "HTMLImageElement", "HTMLVideoElement", "CustomEvent", "MutationObserver"],
];

/** plotly.js keeps the page that it was loaded on, and a worker loads it once. */
let page: PlotlyWindow | null = null;
let plotly: Promise<Plotly> | null = null;

/** plotly.js on a page in memory: a worker has none, and pictures are the same everywhere without a screen's fonts. */
export function startPlotly(prepare: (window: PlotlyWindow) => void): Promise<Plotly> {
  page ??= openPage();
  prepare(page);
  return plotly ??= loadPlotly(page as unknown as Record<string, unknown>);
}

function openPage(): PlotlyWindow {
  const { window } = parseHTML("<!doctype html><html><head></head><body></body></html>");
  keepNames(window.SVGElement.prototype);
  return window as unknown as PlotlyWindow;
}

async function loadPlotly(window: Record<string, unknown>): Promise<Plotly> {
  const scope = globalThis as unknown as Record<string, unknown>;
  for (const name of NAMES) scope[name] = window[name];
  scope.window = globalThis;
  scope.XMLSerializer = window.XMLSerializer;
  scope.getComputedStyle = ({ style }: { style: unknown }) => style;
  const loaded = await import("plotly.js-cartesian-dist-min");
  return (loaded.default ?? loaded) as unknown as Plotly;
}

/** linkedom writes all names in capitals in an HTML document; plotly.js tells elements of SVG by their names as they are. */
function keepNames(prototype: object): void {
  for (const name of ["nodeName", "tagName"]) {
    Object.defineProperty(prototype, name, {
      get(this: Element) {
        return this.localName;
      },
    });
  }
}
