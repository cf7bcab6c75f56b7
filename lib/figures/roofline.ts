import type { Data } from "plotly.js";
import { axis, type Figure, figure, type FigureText } from "./figure.ts";
import { logScale } from "./log_scale.ts";
import { colorAt, LIGHT, NEUTRAL } from "./theme.ts";

/** One piece of work under the roof. */
export interface RooflinePoint {
  readonly name: string;
  /** Operations a byte that must be moved. */
  readonly intensity: number;
  /** 10^9 operations a second. */
  readonly gflops: number;
  /** The same work on another engine. */
  readonly other?: number;
}

export interface Roofline extends FigureText {
  readonly points: readonly RooflinePoint[];
  /** Most operations a second that were measured, in 10^9. */
  readonly peak: number;
  /** Most bytes a second that were measured, in 10^9. */
  readonly bandwidth: number;
  /** Names of the points and of the other engine's. */
  readonly engines: readonly [string, string];
}

/**
 * The roofline of a machine, `min(peak, bandwidth * intensity)`, with what pieces of work reach under it. What fits in
 * a cache may stand above the slope, which is that of main memory.
 *
 * Source: Williams, Waterman and Patterson 2009.
 */
export function roofline(options: Roofline): Figure {
  const { points, engines } = options;
  const others = points.filter(({ other }) => other !== undefined);
  const roof = roofLine(options);
  const data: Data[] = [
    { ...roof, type: "scatter", mode: "lines", name: "roof", line: { color: LIGHT.faint, width: 2 } },
    joins(others),
    marks(others.map((point) => ({ ...point, gflops: point.other! })), {
      name: engines[1],
      color: NEUTRAL,
      named: false,
    }),
    marks(points, { name: engines[0], color: colorAt(0), named: true }),
  ];
  const values = [...roof.y, ...points.flatMap(({ gflops, other = gflops }) => [gflops, other])];
  return figure(data, options, {
    xaxis: axis("operations a byte moved", logScale([roof.x])),
    yaxis: axis("10<sup>9</sup> operations a second", logScale([values])),
    legend: { x: 0.99, xanchor: "right", y: 0.02, yanchor: "bottom" },
  });
}

/** From a bit left of the first point to a bit right of the last, with its corner. */
function roofLine({ points, peak, bandwidth }: Roofline): { x: number[]; y: number[] } {
  const corner = peak / bandwidth;
  const intensities = points.map(({ intensity }) => intensity);
  const x = [Math.min(corner, ...intensities) / 2, corner, Math.max(corner, ...intensities) * 3];
  return { x, y: x.map((intensity) => Math.min(peak, bandwidth * intensity)) };
}

function marks(
  points: readonly RooflinePoint[],
  { name, color, named }: { name: string; color: string; named: boolean },
): Data {
  return {
    type: "scatter",
    mode: named ? "text+markers" : "markers",
    name,
    x: points.map(({ intensity }) => intensity),
    y: points.map(({ gflops }) => gflops),
    marker: { color, size: 9 },
    text: points.map((point) => point.name),
    textposition: "middle right",
    textfont: { size: 11, color: LIGHT.text },
  };
}

/** A thin line between the two engines' marks of each piece of work; null breaks the pen. */
const joins = (points: readonly RooflinePoint[]): Data => ({
  type: "scatter",
  mode: "lines",
  x: points.flatMap(({ intensity }) => [intensity, intensity, null]),
  y: points.flatMap(({ gflops, other }) => [gflops, other!, null]),
  line: { color: LIGHT.grid, width: 1.5 },
  hoverinfo: "skip",
  showlegend: false,
});
