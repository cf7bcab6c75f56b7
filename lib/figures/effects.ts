import type { Data } from "plotly.js";
import { quantileSorted } from "simple-statistics";
import { axis, type Figure, figure, type FigureText, requireSameLength } from "./figure.ts";
import { colorAt, LIGHT, NEUTRAL } from "./theme.ts";

/** Measured changes of single cells, gene by gene, beside the models' predictions. */
export interface EffectBoxes extends FigureText {
  readonly genes: readonly string[];
  /** For each gene the value of every cell. */
  readonly cells: readonly ArrayLike<number>[];
  /** One value a gene each; drawn as markers. */
  readonly predictions: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
  /** Title of the value axis, with the unit. */
  readonly value: string;
}

const SYMBOLS = ["diamond", "circle", "square", "triangle-up"] as const;

/** A box of cells for each gene (quartiles, whiskers at 5 and 95 %, mean dashed), predictions on it. */
export function effectBoxes(options: EffectBoxes): Figure {
  const { genes, cells, predictions } = options;
  requireSameLength("effect boxes (genes and cells)", genes, cells);
  const boxes = {
    type: "box",
    name: "cells",
    x: [...genes],
    ...summaries(cells),
    line: { color: LIGHT.faint, width: 1.2 },
    fillcolor: `${NEUTRAL}55`,
  } as Data;
  const marks = predictions.map(({ name, values }, i): Data => {
    requireSameLength(`effect boxes (genes and ${name})`, genes, values);
    const marker = { color: colorAt([4, 0, 2, 3][i % 4]), symbol: SYMBOLS[i % 4], size: 9 };
    return { type: "scatter", mode: "markers", name, x: [...genes], y: Array.from(values), marker };
  });
  return figure([boxes, ...marks], options, {
    xaxis: axis("", { type: "category", showgrid: false, ticks: "", tickangle: -45 }),
    yaxis: axis(options.value, { zeroline: true, zerolinecolor: LIGHT.text, zerolinewidth: 1 }),
    showlegend: true,
  });
}

function summaries(cells: readonly ArrayLike<number>[]) {
  const sorted = cells.map((values) => Array.from(values).sort((a, b) => a - b));
  const at = (q: number) => sorted.map((values) => quantileSorted(values, q));
  return {
    q1: at(0.25),
    median: at(0.5),
    q3: at(0.75),
    lowerfence: at(0.05),
    upperfence: at(0.95),
    mean: sorted.map((values) => values.reduce((a, b) => a + b, 0) / values.length),
  };
}

/** Means with their intervals. */
export interface Intervals extends FigureText {
  /** Top to bottom. */
  readonly rows: readonly {
    readonly name: string;
    readonly mean: number;
    readonly low: number;
    readonly high: number;
    /** Rows of one group share a colour; default all. */
    readonly group?: string;
  }[];
  /** Title of the value axis, with the unit. */
  readonly value: string;
  /** Groups in the order of their colours; default by appearance. */
  readonly groups?: readonly string[];
  /** A dashed line, such as the value of a rival. */
  readonly reference?: number;
}

/** A dot and a bar for each row: a league table as a picture. */
export function intervals(options: Intervals): Figure {
  const groups = Map.groupBy(options.rows, ({ group }) => group ?? "");
  const colors = options.groups ?? [...groups.keys()];
  const data = Array.from(groups, ([group, rows]): Data => ({
    type: "scatter",
    mode: "markers",
    name: group,
    x: rows.map(({ mean }) => mean),
    y: rows.map(({ name }) => name),
    error_x: {
      type: "data",
      symmetric: false,
      array: rows.map(({ mean, high }) => high - mean),
      arrayminus: rows.map(({ mean, low }) => mean - low),
      thickness: 1.6,
      width: 4,
    },
    marker: { color: colorAt(Math.max(0, colors.indexOf(group))), size: 9 },
    cliponaxis: false,
    hovertemplate: "%{y}: %{x:.3f}<extra></extra>",
  }));
  const { reference } = options;
  const order = options.rows.map(({ name }) => name);
  return figure(data, { ...options, height: options.height ?? 150 + 26 * order.length }, {
    xaxis: axis(options.value, { rangemode: "tozero" }),
    yaxis: axis("", {
      type: "category",
      autorange: "reversed",
      categoryorder: "array",
      categoryarray: order,
      ticks: "",
    }),
    showlegend: groups.size > 1,
    shapes: reference === undefined ? [] : [{
      type: "line",
      x0: reference,
      x1: reference,
      y0: 0,
      y1: 1,
      yref: "paper",
      layer: "below",
      line: { color: LIGHT.faint, width: 1.2, dash: "dash" },
    }],
  });
}
