import type { Data } from "plotly.js";
import { createRng } from "../runtime/mod.ts";
import {
  bareAxis,
  colorBar,
  DEFAULT_HEIGHT,
  DEFAULT_WIDTH,
  extent,
  type Figure,
  figure,
  type FigureText,
  requireSameLength,
} from "./figure.ts";
import { placeNames } from "./map_names.ts";
import { shorten } from "./names.ts";
import { textWidth } from "./text_width.ts";
import { colorAt, LIGHT, NEUTRAL, SEQUENTIAL } from "./theme.ts";

/** Points of a map (UMAP, PCA, tissue), coloured by `label` or by `value`. */
export interface ScatterMap extends FigureText {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** A category per point. */
  readonly label?: ArrayLike<string>;
  /** A number per point; used when there is no label. */
  readonly value?: ArrayLike<number>;
  /** Title of the colour bar, with the unit. */
  readonly valueTitle?: string;
  /** Text shown under the pointer, per point; default the label or the value. */
  readonly hover?: ArrayLike<string>;
  /** Titles of the two axes; default UMAP 1 and UMAP 2. */
  readonly axes?: readonly [string, string];
  /** Names written at the middle of their points; default when there are 2 to 30 categories. */
  readonly namesOnMap?: boolean;
  /** Categories in legend order; default largest first. Those not in it are drawn in grey. */
  readonly order?: readonly string[];
  /** Colour by category where it must agree with another figure. */
  readonly colors?: Readonly<Record<string, string>>;
  /** More points than this are sampled, each category at least 20; default 6000. */
  readonly maxPoints?: number;
  /** Of the sampling; default 0. */
  readonly seed?: number;
  /** Marker diameter in pixels; default by the number of points. */
  readonly size?: number;
  /** One unit as long on both axes, y downwards: for tissue coordinates. */
  readonly spatial?: boolean;
}

const MAX_POINTS = 6000;
const MIN_PER_CATEGORY = 20;
const LEGEND_LETTERS = 36;
const MAP_LETTERS = 26;
const SYMBOLS = ["circle", "diamond", "square", "triangle-up"] as const;

/** A map of points: one trace a category with its name on it, or one trace with a colour bar. */
export function scatterMap(map: ScatterMap): Figure {
  requireSameLength("a map (x and y)", map.x, map.y);
  if (map.label) requireSameLength("a map (x and label)", map.x, map.label);
  const groups = sampleGroups(groupsOf(map), map);
  const drawn = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const size = map.size ?? Math.max(3.4, Math.min(8, 220 / Math.sqrt(drawn)));
  const data = map.label
    ? groups.map((group, index) => categoryTrace(map, group, { index, size }))
    : [valueTrace(map, groups[0]?.rows ?? [], size)];
  const room = roomFor(map, data.map(({ name = "" }) => name));
  return figure(data, { ...withCount(map, drawn), ...room }, {
    hovermode: "closest",
    xaxis: bareAxis(map.axes?.[0] ?? "UMAP 1", map.spatial ? { scaleanchor: "y" } : {}),
    yaxis: bareAxis(map.axes?.[1] ?? "UMAP 2", map.spatial ? { autorange: "reversed" } : {}),
    annotations: namesShown(map, groups.length) ? namesOnMap(map, groups, room) : [],
  });
}

/** The points of one category that are drawn, of how many there are. */
interface Group {
  readonly name: string;
  readonly rows: number[];
  readonly of: number;
}

/** Rows by category, in legend order; one group for a map by value. */
function groupsOf(map: ScatterMap): Group[] {
  const groups = new Map<string, number[]>(map.order?.map((name) => [name, []]));
  for (let i = 0; i < map.x.length; i++) {
    const name = map.label?.[i] ?? "";
    const rows = groups.get(name);
    if (rows) rows.push(i);
    else groups.set(name, [i]);
  }
  const filled = [...groups].map(([name, rows]) => ({ name, rows, of: rows.length })).filter(({ of }) =>
    of > 0
  );
  return map.order ? filled : filled.sort((a, b) => b.of - a.of);
}

function sampleGroups(groups: Group[], { maxPoints = MAX_POINTS, seed = 0 }: ScatterMap): Group[] {
  const total = groups.reduce((sum, { of }) => sum + of, 0);
  if (total <= maxPoints) return groups;
  const rng = createRng(seed).split("scatterMap");
  return groups.map((group) => {
    const share = Math.floor(group.of * maxPoints / total);
    const count = Math.min(group.of, Math.max(share, MIN_PER_CATEGORY));
    return { ...group, rows: Array.from(rng.sample(group.of, count).sort(), (i) => group.rows[i]) };
  });
}

function categoryTrace(
  map: ScatterMap,
  { name, rows, of }: Group,
  { index, size }: { index: number; size: number },
): Data {
  const known = !map.order || map.order.includes(name);
  return {
    ...points(map, rows),
    name: `${shorten(name, LEGEND_LETTERS)} (${of.toLocaleString("en-US")})`,
    marker: {
      size,
      color: map.colors?.[name] ?? (known ? colorAt(index) : NEUTRAL),
      symbol: SYMBOLS[Math.floor(index / 13) % SYMBOLS.length],
      opacity: 0.8,
    },
    hovertemplate: `${map.hover ? "%{text}" : name}<extra></extra>`,
  };
}

function valueTrace(map: ScatterMap, rows: number[], size: number): Data {
  const [low, high] = extent(map.value ?? []);
  return {
    ...points(map, rows),
    showlegend: false,
    marker: {
      size,
      color: map.value ? rows.map((i) => map.value![i]) : colorAt(0),
      colorscale: SEQUENTIAL,
      cmin: low,
      cmax: high,
      showscale: map.value !== undefined,
      colorbar: colorBar(map.valueTitle ?? ""),
      opacity: 0.85,
    },
    hovertemplate: `${map.hover ? "%{text}<br>" : ""}%{marker.color:.3f}<extra></extra>`,
  };
}

function points(map: ScatterMap, rows: number[]) {
  return {
    type: rows.length > MAX_POINTS ? "scattergl" as const : "scatter" as const,
    mode: "markers" as const,
    x: rows.map((i) => map.x[i]),
    y: rows.map((i) => map.y[i]),
    ...(map.hover ? { text: rows.map((i) => map.hover![i]) } : {}),
  };
}

interface Room {
  readonly width: number;
  readonly height: number;
  /** Pixels that the points span: the plot without legend and margins, less the air that plotly leaves. */
  readonly plot: { readonly width: number; readonly height: number };
}

/** Wide enough for plot and legend, high enough for all of the legend: a static picture cannot scroll. */
function roomFor(map: ScatterMap, legend: readonly string[]): Room {
  const legendWidth = map.label
    ? 50 + Math.max(0, ...legend.map((name) => textWidth(name, { size: 12 })))
    : 80;
  const width = map.width ?? Math.min(980, Math.max(DEFAULT_WIDTH, 500 + legendWidth));
  const height = map.height ?? Math.max(DEFAULT_HEIGHT, map.label ? 150 + 19 * legend.length : 0);
  return { width, height, plot: { width: 0.92 * (width - legendWidth - 90), height: 0.92 * (height - 134) } };
}

const namesShown = (map: ScatterMap, count: number) =>
  map.label !== undefined && (map.namesOnMap ?? (count > 1 && count <= 30 && !map.spatial));

/** A name in the middle of its points; `haloStyle` lets it read over them. */
function namesOnMap(map: ScatterMap, groups: readonly Group[], { plot }: Room) {
  const middles = groups.map(({ name, rows }) => ({
    text: shorten(name, MAP_LETTERS),
    x: median(rows.map((i) => map.x[i])),
    y: median(rows.map((i) => map.y[i])),
  }));
  const [left, right] = extent(map.x), [bottom, top] = extent(map.y);
  const shifts = placeNames(middles.map(({ text, x, y }) => ({
    name: text,
    x: (x - left) / (right - left || 1) * plot.width,
    y: (top - y) / (top - bottom || 1) * plot.height,
  })));
  const font = { size: 11.5, color: LIGHT.text };
  return middles.flatMap((name, i) => {
    const shift = shifts[i];
    return shift === null ? [] : [{ ...name, showarrow: false, yshift: -shift, font }];
  });
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];

function withCount(map: ScatterMap, drawn: number): FigureText {
  if (drawn >= map.x.length) return map;
  const count = `${drawn.toLocaleString("en-US")} of ${map.x.length.toLocaleString("en-US")} points drawn`;
  return { ...map, subtitle: map.subtitle ? `${map.subtitle}; ${count}` : count };
}
