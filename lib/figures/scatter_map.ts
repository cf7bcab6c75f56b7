import type { Data } from "plotly.js";
import { createRng } from "../runtime/random.ts";
import {
  bareAxis,
  colorBar,
  DEFAULT_HEIGHT,
  extent,
  type Figure,
  figure,
  type FigureText,
  requireSameLength,
} from "./figure.ts";
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
  /** What the pointer shows, per point; default the label or the value. */
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
const SYMBOLS = ["circle", "diamond", "square", "triangle-up"] as const;

/** A map of points: one trace a category with its name on it, or one trace with a colour bar. */
export function scatterMap(map: ScatterMap): Figure {
  requireSameLength("a map (x and y)", map.x, map.y);
  if (map.label) requireSameLength("a map (x and label)", map.x, map.label);
  const groups = groupsOf(map);
  const kept = sampleGroups([...groups.values()], map);
  const drawn = kept.reduce((sum, rows) => sum + rows.length, 0);
  const size = map.size ?? Math.max(3.4, Math.min(8, 220 / Math.sqrt(drawn)));
  const names = [...groups.keys()];
  const data = map.label
    ? names.map((name, i) =>
      categoryTrace(map, kept[i], { name, index: i, size, of: groups.get(name)!.length })
    )
    : [valueTrace(map, kept[0] ?? [], size)];
  // the whole legend must fit, since a static picture cannot scroll
  const height = map.height ?? Math.max(DEFAULT_HEIGHT, map.label ? 150 + 19 * names.length : 0);
  return figure(data, { ...withCount(map, drawn), height }, {
    hovermode: "closest",
    xaxis: bareAxis(map.axes?.[0] ?? "UMAP 1", map.spatial ? { scaleanchor: "y" } : {}),
    yaxis: bareAxis(map.axes?.[1] ?? "UMAP 2", map.spatial ? { autorange: "reversed" } : {}),
    annotations: namesShown(map, names.length) ? names.map((name, i) => nameAt(map, kept[i], name)) : [],
  });
}

/** Rows by category, in legend order; one group for a map by value. */
function groupsOf(map: ScatterMap): Map<string, number[]> {
  const groups = new Map<string, number[]>(map.order?.map((name) => [name, []]));
  for (let i = 0; i < map.x.length; i++) {
    const name = map.label?.[i] ?? "";
    const rows = groups.get(name);
    if (rows) rows.push(i);
    else groups.set(name, [i]);
  }
  const entries = [...groups].filter(([, rows]) => rows.length > 0);
  return new Map(map.order ? entries : entries.sort((a, b) => b[1].length - a[1].length));
}

function sampleGroups(groups: number[][], { maxPoints = MAX_POINTS, seed = 0 }: ScatterMap): number[][] {
  const total = groups.reduce((sum, rows) => sum + rows.length, 0);
  if (total <= maxPoints) return groups;
  const rng = createRng(seed).split("scatterMap");
  return groups.map((rows) => {
    const share = Math.floor(rows.length * maxPoints / total);
    const count = Math.min(rows.length, Math.max(share, MIN_PER_CATEGORY));
    return Array.from(rng.sample(rows.length, count).sort(), (i) => rows[i]);
  });
}

interface Category {
  readonly name: string;
  readonly index: number;
  readonly size: number;
  readonly of: number;
}

function categoryTrace(map: ScatterMap, rows: number[], { name, index, size, of }: Category): Data {
  const known = !map.order || map.order.includes(name);
  return {
    ...points(map, rows),
    name: `${name} (${of.toLocaleString("en-US")})`,
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

const namesShown = (map: ScatterMap, count: number) =>
  map.label !== undefined && (map.namesOnMap ?? (count > 1 && count <= 30 && !map.spatial));

/** A name in the middle of its points; `haloStyle` lets it read over them. */
function nameAt(map: ScatterMap, rows: number[], name: string) {
  const x = median(rows.map((i) => map.x[i])), y = median(rows.map((i) => map.y[i]));
  return { text: name, showarrow: false, x, y, font: { size: 11.5, color: LIGHT.text } };
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];

function withCount(map: ScatterMap, drawn: number): FigureText {
  if (drawn >= map.x.length) return map;
  const count = `${drawn.toLocaleString("en-US")} of ${map.x.length.toLocaleString("en-US")} points drawn`;
  return { ...map, subtitle: map.subtitle ? `${map.subtitle}; ${count}` : count };
}
