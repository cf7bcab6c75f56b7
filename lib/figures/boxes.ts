import type { Data } from "plotly.js";
import { quantileSorted } from "simple-statistics";
import { axis, type Figure, figure, type FigureText } from "./figure.ts";
import { colorAt } from "./theme.ts";

export interface Boxes extends FigureText {
  readonly groups: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
  /** Title of the value axis, with its unit. */
  readonly value: string;
  /** Title of the group axis; default none. */
  readonly group?: string;
  readonly range?: readonly [number, number];
}

/** Box plots: median, quartiles, whiskers to the farthest value within 1.5 quartile ranges (Tukey). */
export function boxes(options: Boxes): Figure {
  const groups = options.groups.filter(({ values }) => values.length > 0);
  return figure(groups.map(trace), options, {
    xaxis: axis(options.group ?? "", { type: "category", showgrid: false, ticks: "" }),
    yaxis: axis(options.value, options.range ? { range: [...options.range] } : {}),
    showlegend: false,
  });
}

function trace({ name, values }: Boxes["groups"][number], index: number): Data {
  const sorted = Array.from(values).sort((a, b) => a - b);
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((q) => quantileSorted(sorted, q));
  const reach = 1.5 * (q3 - q1);
  return {
    type: "box",
    name: `${name} (${values.length.toLocaleString("en-US")})`,
    x: [`${name}<br>n = ${values.length.toLocaleString("en-US")}`],
    q1: [q1],
    median: [median],
    q3: [q3],
    lowerfence: [sorted.find((v) => v >= q1 - reach) ?? q1],
    upperfence: [sorted.findLast((v) => v <= q3 + reach) ?? q3],
    marker: { color: colorAt(index) },
    line: { width: 1.6 },
  } as Data;
}
