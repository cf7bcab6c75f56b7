import type { Data } from "plotly.js";
import { axis, colorBar, type Figure, figure, type FigureText, requireSameLength } from "./figure.ts";
import { shorten } from "./names.ts";
import { DIVERGING, SEQUENTIAL, SHARES } from "./theme.ts";

export interface Heatmap extends FigureText {
  /** One array a row; z[i][j] belongs to rows[i] and columns[j]. */
  readonly z: readonly ArrayLike<number>[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Axis titles. */
  readonly row: string;
  readonly column: string;
  /** Title of the colour bar, with the unit. */
  readonly value: string;
  /** "shares" from page colour to blue (default), "sequential" for any quantity, "diverging" around zero. */
  readonly scale?: keyof typeof SCALES;
  readonly range?: readonly [number, number];
  /** Digits of the numbers in the cells, null for none; default 2 up to 14 x 14 cells. */
  readonly digits?: number | null;
}

const SCALES = { shares: SHARES, sequential: SEQUENTIAL, diverging: DIVERGING } as const;

/** A matrix as colours, first row at the top: confusion, similarity, expression by type. */
export function heatmap(options: Heatmap): Figure {
  requireSameLength("a heatmap (z and rows)", options.z, options.rows);
  for (const row of options.z) requireSameLength("a heatmap (a row of z and columns)", row, options.columns);
  const side = Math.max(14, Math.min(34, 520 / Math.max(options.rows.length, 1)));
  const height = options.height ?? Math.max(300, 170 + options.rows.length * side);
  const small = {
    showgrid: false,
    ticks: "" as const,
    tickfont: { size: options.rows.length > 30 ? 9 : 11 },
  };
  return figure([trace(options)], { ...options, height }, {
    xaxis: axis(options.column, {
      ...small,
      ...ticks(options.columns),
      tickangle: tickAngle(options.columns),
    }),
    yaxis: axis(options.row, { ...small, ...ticks(options.rows), autorange: "reversed" }),
  });
}

function trace({ z, rows, columns, value, scale = "shares", range, digits }: Heatmap): Data {
  const shown = digits ?? (rows.length <= 14 && columns.length <= 14 ? 2 : null);
  const gap = rows.length <= 60 && columns.length <= 60 ? 1 : 0;
  const text = shown === null ? {} : { text: z.map((row) => cellTexts(row, shown)), texttemplate: "%{text}" };
  return {
    type: "heatmap",
    z: z.map((row) => Array.from(row)),
    x: [...columns],
    y: [...rows],
    colorscale: SCALES[scale],
    xgap: gap,
    ygap: gap,
    ...limits(scale, range),
    ...text,
    textfont: { size: 10.5 },
    colorbar: colorBar(value),
    hovertemplate: "%{y} / %{x}: %{z:.3f}<extra></extra>",
  } as Data;
}

/** Zeros are left blank: a page of "0.00" hides what there is to see. */
const cellTexts = (row: ArrayLike<number>, digits: number) =>
  Array.from(row, (v) => Number(v.toFixed(digits)) === 0 ? "" : v.toFixed(digits));

function limits(scale: keyof typeof SCALES, range?: readonly [number, number]) {
  if (range) return { zmin: range[0], zmax: range[1] };
  if (scale === "shares") return { zmin: 0, zmax: 1 };
  return scale === "diverging" ? { zmid: 0 } : {};
}

/** Long names are cut on the axis and whole under the pointer. */
const ticks = (names: readonly string[]) => ({
  type: "category" as const,
  tickvals: [...names],
  ticktext: names.map((name) => shorten(name, 32)),
});

const tickAngle = (names: readonly string[]) => names.some((name) => name.length > 4) ? -45 : 0;
