import type { Data } from "plotly.js";
import {
  axis,
  DEFAULT_HEIGHT,
  DEFAULT_WIDTH,
  extent,
  type Figure,
  figure,
  type FigureText,
  requireSameLength,
} from "./figure.ts";
import { placeNames } from "./map_names.ts";
import { LIGHT, NEUTRAL, PALETTE } from "./theme.ts";

/** Genes by how much they change and how sure that is. */
export interface Volcano extends FigureText {
  readonly names: readonly string[];
  /** One a gene. */
  readonly change: ArrayLike<number>;
  /** p values, adjusted for the number of genes; 0 stands at the largest exponent that is drawn. */
  readonly q: ArrayLike<number>;
  /** Title of the axis of changes, with the unit. */
  readonly value: string;
  /** Genes with a smaller q are coloured; default 0.05. */
  readonly alpha?: number;
  /** Genes that are named: those of smallest q; default 10. */
  readonly named?: number;
}

/** Exponents end here: smaller p values underflow. */
const MOST = 300;

/** A volcano plot: change against -log10 q, what rises and what falls in two colours, the surest genes named. */
export function volcano(options: Volcano): Figure {
  const { names, change, q, alpha = 0.05 } = options;
  requireSameLength("a volcano (names and change)", names, change);
  requireSameLength("a volcano (names and q)", names, q);
  const height = Float64Array.from(q, (value) => Math.min(MOST, -Math.log10(Math.max(value, 1e-300))));
  const genes = names.map((_, gene) => gene);
  const kinds = [
    { name: "not told apart", rows: genes.filter((gene) => q[gene] >= alpha), color: NEUTRAL },
    { name: "falls", rows: genes.filter((gene) => q[gene] < alpha && change[gene] < 0), color: PALETTE[0] },
    { name: "rises", rows: genes.filter((gene) => q[gene] < alpha && change[gene] >= 0), color: PALETTE[4] },
  ].filter(({ rows }) => rows.length > 0);
  return figure(kinds.map((kind) => points(options, height, kind)), options, {
    hovermode: "closest",
    xaxis: axis(options.value, { zeroline: true, zerolinecolor: LIGHT.axis }),
    yaxis: axis("−log<sub>10</sub> adjusted p", { rangemode: "tozero" }),
    annotations: nameLabels(options, height),
  });
}

function points(
  { names, change }: Volcano,
  height: Float64Array,
  { name, rows, color }: { name: string; rows: readonly number[]; color: string },
): Data {
  return {
    type: "scatter",
    mode: "markers",
    name: `${name} (${rows.length})`,
    x: rows.map((gene) => change[gene]),
    y: rows.map((gene) => height[gene]),
    text: rows.map((gene) => names[gene]),
    marker: { color, size: 6, opacity: 0.8 },
    hovertemplate: "%{text}: %{x:.3f}<extra></extra>",
  };
}

/** A name that would stand farther from its point than this (pixels) is left out. */
const FARTHEST = 16;

/** Names above their points, moved apart where they would lie on each other. */
function nameLabels({ names, change, q, named = 10, ...text }: Volcano, height: Float64Array) {
  const surest = names.map((_, gene) => gene).sort((a, b) =>
    q[a] - q[b] || Math.abs(change[b]) - Math.abs(change[a])
  ).slice(0, named);
  const [left, right] = extent(change), top = extent(height)[1] || 1;
  const [wide, high] = [(text.width ?? DEFAULT_WIDTH) - 230, (text.height ?? DEFAULT_HEIGHT) - 140];
  const shifts = placeNames(surest.map((gene) => ({
    name: `\u2003${names[gene]}\u2003`,
    x: (change[gene] - left) / (right - left || 1) * wide,
    y: (top - height[gene]) / top * high - 11,
  })));
  return surest.flatMap((gene, i) => {
    const shift = shifts[i];
    if (shift === null || Math.abs(shift) > FARTHEST) return [];
    const font = { size: 11, color: LIGHT.text };
    return [{
      x: change[gene],
      y: height[gene],
      text: names[gene],
      showarrow: false,
      yshift: 11 - shift,
      font,
    }];
  });
}
