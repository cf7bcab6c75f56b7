import type { CellPlaces, TypeRow } from "../protocol.ts";
import { count } from "./dom.ts";

/** The functions of plotly.js that draw the map. */
interface Plotly {
  newPlot(element: HTMLElement, data: unknown[], layout: object, config: object): Promise<PlotElement>;
  restyle(element: HTMLElement, change: object, traces?: number[]): Promise<unknown>;
  relayout(element: HTMLElement, change: object): Promise<unknown>;
}
interface PlotElement extends HTMLElement {
  on(event: "plotly_click", listener: (event: { points: { curveNumber: number }[] }) => void): void;
}

/** The drawn map. */
export interface CellMapView {
  /** Shows the cells of one type, or of all (null). */
  highlight(index: number | null): void;
}

/** Draws cells on a plane, a colour a type; plotly.js is loaded now, since nobody needs it before. */
export async function drawMap(
  element: HTMLElement,
  { places, types, onType }: {
    places: CellPlaces;
    types: readonly TypeRow[];
    onType: (type: TypeRow) => void;
  },
): Promise<CellMapView> {
  const loaded = await import("plotly.js-cartesian-dist-min");
  const plotly = (loaded.default ?? loaded) as unknown as Plotly;
  const traces = types.map((type) => traceOf(type, places));
  element.replaceChildren();
  const plot = await plotly.newPlot(element, traces, layoutOf(element), {
    displaylogo: false,
    responsive: true,
    scrollZoom: true,
  });
  element.setAttribute("role", "img");
  element.setAttribute(
    "aria-label",
    `Map of ${count(places.x.length)} cells in ${types.length} types; the list beside it names them`,
  );
  plot.on("plotly_click", ({ points }) => onType(types[points[0].curveNumber]));
  matchMedia("(prefers-color-scheme: dark)").addEventListener(
    "change",
    () => void plotly.relayout(element, { "font.color": inkOf(element) }),
  );
  return {
    highlight(index) {
      const opacity = types.map((type) => index === null || type.index === index ? 0.85 : 0.08);
      void plotly.restyle(element, { "marker.opacity": opacity });
    },
  };
}

/** Points are smaller the more there are. */
const sizeFor = (cells: number): number => cells > 3000 ? 3.5 : cells > 800 ? 4.5 : 6;

function traceOf(type: TypeRow, { x, y, type: of, confidence }: CellPlaces) {
  const rows = [...of.keys()].filter((row) => of[row] === type.index);
  return {
    type: "scatter",
    mode: "markers",
    name: `${type.rank} ${type.name}`,
    x: rows.map((row) => x[row]),
    y: rows.map((row) => y[row]),
    text: rows.map((row) => confidence[row].toFixed(2)),
    hovertemplate: `<b>${escapeText(type.name)}</b><br>confidence %{text}<extra></extra>`,
    marker: { color: type.color, size: sizeFor(x.length), opacity: 0.85, line: { width: 0 } },
  };
}

function layoutOf(element: HTMLElement) {
  const axis = { visible: false };
  return {
    margin: { l: 8, r: 8, t: 8, b: 8 },
    autosize: true,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: inkOf(element) },
    showlegend: false,
    hovermode: "closest",
    dragmode: "pan",
    xaxis: axis,
    yaxis: { ...axis, scaleanchor: "x" },
  };
}

const inkOf = (element: HTMLElement): string => getComputedStyle(element).getPropertyValue("--faint").trim();

const escapeText = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
