import type { ColorBar, Data, Layout, LayoutAxis } from "plotly.js";
import { FONT, LIGHT, PALETTE } from "./theme.ts";

/** A figure is a value: what plotly draws. Showing it is another verb (`show`, `renderSvg`, `figureHtml`). */
export interface Figure {
  readonly data: Data[];
  readonly layout: Partial<Layout>;
}

/** The words around the plot, which every builder takes. */
export interface FigureText {
  readonly title: string;
  /** One line under the title: what it was measured on. */
  readonly subtitle?: string;
  /** Pixels; default 440. */
  readonly height?: number;
  /** Pixels; default 760. */
  readonly width?: number;
}

export const DEFAULT_WIDTH = 760;
export const DEFAULT_HEIGHT = 440;

/** An axis with its title (with the unit, as "time (s)"). */
export function axis(title: string, options: Partial<LayoutAxis> = {}): Partial<LayoutAxis> {
  return {
    title: { text: title, standoff: 10, font: { size: 13, color: LIGHT.faint } },
    automargin: true,
    zeroline: false,
    showline: true,
    linecolor: LIGHT.axis,
    gridcolor: LIGHT.grid,
    ticks: "outside",
    ticklen: 4,
    tickcolor: LIGHT.axis,
    tickfont: { size: 12, color: LIGHT.faint },
    ...options,
  };
}

/** An axis that only spans its plot: no ticks, no grid (coordinates of an embedding mean nothing by themselves). */
export function bareAxis(title: string, options: Partial<LayoutAxis> = {}): Partial<LayoutAxis> {
  return axis(title, { showgrid: false, showticklabels: false, ticks: "", ...options });
}

/** Puts traces on the house layout: title at the left with its subtitle, legend at the right, one font. */
export function figure(data: Data[], text: FigureText, layout: Partial<Layout> = {}): Figure {
  return {
    data,
    layout: {
      width: text.width ?? DEFAULT_WIDTH,
      height: text.height ?? DEFAULT_HEIGHT,
      title: titleOf(text),
      font: { family: FONT, size: 13, color: LIGHT.text },
      paper_bgcolor: LIGHT.page,
      plot_bgcolor: LIGHT.page,
      colorway: [...PALETTE],
      margin: { l: 64, r: 24, t: text.subtitle ? 78 : 60, b: 56 },
      hoverlabel: { font: { family: FONT, size: 12 }, align: "left" },
      legend: { itemsizing: "constant", font: { size: 12 }, tracegroupgap: 4 },
      ...layout,
    },
  };
}

function titleOf({ title, subtitle }: FigureText): Layout["title"] {
  return {
    text: `<b>${title}</b>`,
    font: { size: 16 },
    x: 0,
    xref: "container",
    xanchor: "left",
    y: 1,
    yref: "container",
    yanchor: "top",
    pad: { l: 20, t: 18, r: 0, b: 0 },
    ...(subtitle ? { subtitle: { text: subtitle, font: { size: 12.5, color: LIGHT.faint } } } : {}),
  };
}

/** A colour bar with its title (with the unit) along it. */
export function colorBar(title: string): Partial<ColorBar> {
  return {
    title: { text: title, side: "right", font: { size: 13, color: LIGHT.faint } },
    tickfont: { size: 11, color: LIGHT.faint },
    thickness: 12,
    outlinewidth: 0,
  };
}

/** The smallest and largest finite number of a column; [0, 1] when it has none. */
export function extent(values: ArrayLike<number>): [number, number] {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return low <= high ? [low, high] : [0, 1];
}

/** Throws when two columns of one figure differ in length. */
export function requireSameLength(what: string, a: ArrayLike<unknown>, b: ArrayLike<unknown>): void {
  if (a.length !== b.length) {
    throw new RangeError(
      `Cannot draw ${what}: ${a.length} values against ${b.length}; the numbers must be equal`,
    );
  }
}
