import { axis, extent, type Figure, figure, type FigureText } from "./figure.ts";
import { colorAt } from "./theme.ts";

export interface Histogram extends FigureText {
  readonly series: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
  /** Title of the value axis, with its unit. */
  readonly x: string;
  /** Number of bins; default 40. */
  readonly bins?: number;
  /** Shares of each series in place of counts, to compare series of different size. */
  readonly shares?: boolean;
  readonly range?: readonly [number, number];
  readonly logY?: boolean;
}

/** Binned counts of one or more columns over common bins; only the counts travel with the figure. */
export function histogram(options: Histogram): Figure {
  const [low, high] = options.range ?? joint(options.series.map((series) => extent(series.values)));
  const bins = options.bins ?? 40;
  const width = (high - low || 1) / bins;
  const centers = Array.from({ length: bins }, (_, i) => low + (i + 0.5) * width);
  const many = options.series.length > 1;
  const data = options.series.map(({ name, values }, i) => ({
    type: "bar" as const,
    name,
    x: centers,
    y: count(values, { low, width, bins, shares: options.shares ?? false }),
    width,
    marker: { color: colorAt(i), opacity: many ? 0.6 : 0.9, line: { width: 0 } },
    hovertemplate: `%{x:.3g}: %{y:.3g}<extra>${name}</extra>`,
  }));
  return figure(data, options, {
    barmode: "overlay",
    bargap: 0,
    xaxis: axis(options.x, { range: [low, high], showgrid: false }),
    yaxis: axis(options.shares ? "share" : "count", { type: options.logY ? "log" : "linear" }),
    showlegend: many,
  });
}

const joint = (ranges: [number, number][]): [number, number] => [
  Math.min(...ranges.map(([low]) => low)),
  Math.max(...ranges.map(([, high]) => high)),
];

interface Bins {
  readonly low: number;
  readonly width: number;
  readonly bins: number;
  readonly shares: boolean;
}

/** Values outside the range are not counted; a value on the upper edge belongs to the last bin. */
function count(values: ArrayLike<number>, { low, width, bins, shares }: Bins): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) {
    const at = (values[i] - low) / width;
    if (at >= 0 && at <= bins) counts[Math.min(bins - 1, Math.floor(at))]++;
  }
  return shares ? counts.map((n) => n / (values.length || 1)) : counts;
}
