import type { Data } from "plotly.js";
import { axis, type Figure, figure, type FigureText, requireSameLength } from "./figure.ts";
import { logScale } from "./log_scale.ts";
import { colorAt } from "./theme.ts";

/** One curve. */
export interface LineSeries {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Half the height of a band around it, in units of y. */
  readonly spread?: ArrayLike<number>;
  /** Dashed: a reference, a validation curve. */
  readonly dashed?: boolean;
  /** Palette position; series with the same one share a colour (train and validation). Default its own. */
  readonly color?: number;
  /** Dots at the points; default when there are at most 30. */
  readonly dots?: boolean;
}

export interface Lines extends FigureText {
  readonly series: readonly LineSeries[];
  /** Axis titles, with units. */
  readonly x: string;
  readonly y: string;
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** Fixed range of y, e.g. [0, 1] for a share. */
  readonly yRange?: readonly [number, number];
  /** Longer curves are thinned to this many points, first and last kept; default 1000. */
  readonly maxPoints?: number;
}

/** Curves over a common axis, on linear or logarithmic scales: losses, learning rates, scaling. */
export function lines(options: Lines): Figure {
  const data = options.series.flatMap((series, i) => traces(series, i, options.maxPoints ?? 1000));
  return figure(data, options, {
    hovermode: "x unified",
    xaxis: axis(options.x, options.logX ? logScale(options.series.map(({ x }) => x)) : {}),
    yaxis: axis(options.y, {
      ...(options.logY ? logScale(options.series.map(({ y }) => y)) : {}),
      ...(options.yRange ? { range: rangeOn(options.yRange, options.logY) } : {}),
    }),
    showlegend: options.series.length > 1,
  });
}

const rangeOn = (range: readonly [number, number], log = false) => range.map((v) => log ? Math.log10(v) : v);

function traces(series: LineSeries, index: number, maxPoints: number): Data[] {
  requireSameLength(`line "${series.name}" (x and y)`, series.x, series.y);
  const rows = thin(series.x.length, maxPoints);
  const color = colorAt(series.color ?? index);
  const line: Data = {
    type: "scatter",
    mode: series.dots ?? rows.length <= 30 ? "lines+markers" : "lines",
    name: series.name,
    x: rows.map((i) => series.x[i]),
    y: rows.map((i) => series.y[i]),
    line: { color, width: 2, dash: series.dashed ? "dash" : "solid" },
    marker: { color, size: 6 },
  };
  return series.spread ? [band(series, rows, color), line] : [line];
}

/** The band is one closed outline: up along the top, back along the bottom. */
function band(series: LineSeries, rows: number[], color: string): Data {
  const back = rows.toReversed();
  const spread = series.spread!;
  return {
    type: "scatter",
    mode: "lines",
    x: [...rows, ...back].map((i) => series.x[i]),
    y: [...rows.map((i) => series.y[i] + spread[i]), ...back.map((i) => series.y[i] - spread[i])],
    fill: "toself",
    fillcolor: `${color}2e`,
    line: { width: 0 },
    hoverinfo: "skip",
    showlegend: false,
  };
}

function thin(length: number, maxPoints: number): number[] {
  if (length <= maxPoints) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: maxPoints }, (_, i) => Math.round(i * (length - 1) / (maxPoints - 1)));
}
