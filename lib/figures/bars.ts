import type { Data } from "plotly.js";
import { axis, type Figure, figure, type FigureText, requireSameLength } from "./figure.ts";
import { colorAt, LIGHT } from "./theme.ts";

/** One bar for each category. */
export interface BarSeries {
  readonly name: string;
  readonly values: ArrayLike<number>;
  /** Half the length of each error bar; say in the subtitle what it is (sd, 95 % interval). */
  readonly errors?: ArrayLike<number>;
}

export interface Bars extends FigureText {
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  /** Title of the value axis, with its unit. */
  readonly value: string;
  /** Title of the category axis; default none. */
  readonly category?: string;
  /** Bars to the right, first category at the top: for long names. */
  readonly horizontal?: boolean;
  readonly stacked?: boolean;
  /** Fixed range of the values, e.g. [0, 1]. */
  readonly range?: readonly [number, number];
  /** A number on each bar, as a d3 format (".2f"). */
  readonly format?: string;
}

/** Grouped or stacked bars with error bars. */
export function bars(options: Bars): Figure {
  const value = axis(options.value, options.range ? { range: [...options.range] } : { rangemode: "tozero" });
  const category = axis(options.category ?? "", { type: "category", showgrid: false, ticks: "" });
  const down = { ...category, autorange: "reversed" as const };
  const height = options.height ?? (options.horizontal ? heightOf(options) : undefined);
  return figure(options.series.map((series, i) => trace(options, series, i)), { ...options, height }, {
    barmode: options.stacked ? "stack" : "group",
    bargap: 0.28,
    bargroupgap: 0.06,
    xaxis: options.horizontal ? value : category,
    yaxis: options.horizontal ? down : value,
    showlegend: options.series.length > 1,
    legend: { traceorder: "normal", font: { size: 12 } },
  });
}

/** {@linkcode bars} of shares of one, to the right, with their numbers. */
export const shareBars = (options: Omit<Bars, "horizontal" | "range" | "format">): Figure =>
  bars({ ...options, horizontal: true, range: [0, 1], format: ".2f" });

function trace(options: Bars, series: BarSeries, index: number): Data {
  requireSameLength(`bars "${series.name}"`, series.values, options.categories);
  const { horizontal, format } = options;
  const values = Array.from(series.values);
  const error = series.errors && {
    type: "data" as const,
    array: Array.from(series.errors),
    color: LIGHT.faint,
    thickness: 1.3,
    width: 3,
  };
  return {
    type: "bar",
    name: series.name,
    orientation: horizontal ? "h" : "v",
    x: horizontal ? values : [...options.categories],
    y: horizontal ? [...options.categories] : values,
    marker: { color: colorAt(index) },
    ...(error ? { [horizontal ? "error_x" : "error_y"]: error } : {}),
    ...(format
      ? {
        texttemplate: `%{value:${format}}`,
        textposition: "auto",
        insidetextanchor: "start",
        constraintext: "none",
        textfont: { size: 11 },
      }
      : {}),
  };
}

function heightOf({ categories, series, stacked }: Bars): number {
  const perCategory = stacked ? 26 : Math.max(26, 20 * series.length);
  return Math.max(220, 130 + categories.length * perCategory);
}
