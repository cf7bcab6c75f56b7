import { bars, type Figure, heatmap, histogram, methodBars, scatterMap } from "../../figures/mod.ts";
import type { Annotation } from "../annotate.ts";
import type { CellMap } from "../../cell/mod.ts";
import { type CalledType, confidentTypes } from "./types.ts";

/** A figure with the sentence that stands for it where it cannot be seen. */
export interface Described {
  readonly figure: Figure;
  readonly alt: string;
}

const MAP = { width: 620, height: 560 };

/** The map of cells coloured by called type; the numbers on it are the ranks of the types. */
export function typeMap({ calls }: Annotation, map: CellMap, types: readonly CalledType[]): Described {
  const rankOf = new Map(types.map((type) => [keyOf(type), String(type.rank)]));
  const labels = Array.from(map.rows, (row) => rankOf.get(keyOf(calls.types[calls.best[row]])) ?? "");
  const figure = scatterMap({
    ...MAP,
    title: "Cells by called type",
    subtitle: `UMAP of the embeddings of ${shownCells(map, calls.best.length)}; numbers as in the list`,
    x: map.x,
    y: map.y,
    label: labels,
    order: types.map(({ rank }) => String(rank)),
    colors: Object.fromEntries(types.map(({ rank, color }) => [String(rank), color])),
    namesOnMap: true,
  });
  return {
    figure: withNumbers(figure),
    alt:
      `Map of ${map.rows.length} cells in ${types.length} types; the list beside it names them with their shares`,
  };
}

const shownCells = (map: CellMap, all: number): string =>
  map.rows.length < all ? `${map.rows.length} cells, drawn from ${all}` : `all ${all} cells`;

/** The same map coloured by confidence. */
export function confidenceMap({ calls }: Annotation, map: CellMap): Described {
  const figure = scatterMap({
    ...MAP,
    title: "Confidence on the map",
    subtitle: "probability of the called type",
    x: map.x,
    y: map.y,
    value: Float32Array.from(map.rows, (row) => calls.confidence[row]),
    valueTitle: "confidence",
  });
  return { figure, alt: `The same map coloured by the probability of the called type` };
}

/** Histogram of the confidence of the calls, and of the novelty of the cells. */
export function confidenceHistogram({ calls }: Annotation): Described {
  const figure = histogram({
    ...MAP,
    title: "Confidence and novelty",
    subtitle: "cells by probability of their type, and by how little they resemble any",
    x: "confidence, novelty",
    range: [0, 1],
    bins: 25,
    series: [
      { name: "confidence", values: calls.confidence },
      { name: "novelty", values: calls.novelty },
    ],
  });
  return { figure, alt: "Histograms of confidence and novelty over all cells" };
}

/** Mean expression of the top markers in every type. */
export function markerHeatmap({ markers }: Annotation, types: readonly CalledType[]): Described | null {
  const shown = types.filter(({ name }) => markers.means.has(name)).slice(0, 16);
  const genes = [...new Set(shown.flatMap(({ name }) => markers.byGroup.get(name)?.slice(0, 3) ?? []))];
  const columns = [...new Set(genes.map(({ gene }) => gene))];
  if (shown.length < 2 || columns.length === 0) return null;
  const places = columns.map((gene) => markers.genes.indexOf(gene));
  const meansOf = (name: string) => places.map((place) => markers.means.get(name)?.[place] ?? 0);
  const highest = places.map((_, k) => Math.max(1e-9, ...shown.map(({ name }) => meansOf(name)[k])));
  const figure = heatmap({
    title: "Markers of the called types",
    subtitle: "mean log1p of the three best markers of each type, relative to the type that has most",
    width: Math.min(1240, 240 + 34 * columns.length),
    z: shown.map(({ name }) => meansOf(name).map((mean, k) => mean / highest[k])),
    rows: shown.map(({ rank, name }) => `${shorten(name)}  ${rank}`),
    columns,
    row: "",
    column: "",
    value: "relative mean",
    digits: null,
  });
  return { figure, alt: "Heat map of marker genes by called type; the table below has the figures" };
}

/** Shares of the answers where they have to be sure enough: called types, broader terms in place of them, and unknown. */
export function confidentFigure(answer: Annotation): Described {
  const types = confidentTypes(answer);
  const kinds = ["as called", "rolled up", "unknown"] as const;
  const figure = bars({
    title: `Answers with a probability of at least ${answer.rolled.confidence}`,
    subtitle: "share of the cells; a cell torn between two types is named by what both are",
    categories: types.map(({ name }) => shorten(name)),
    series: kinds.map((kind) => ({
      name: kind,
      values: types.map((type) => type.kind === kind ? type.share : 0),
    })),
    value: "share of the cells",
    horizontal: true,
    stacked: true,
  });
  return { figure, alt: `Bars of the shares of ${types.length} answers` };
}

/** Accuracy and macro-F1 of the calls and of the baselines, against the file's own labels. */
export function scoresFigure({ evaluation }: Annotation, title = "Calls that agree"): Described | null {
  if (!evaluation) return null;
  const { metrics, baselines, truthKey, cells } = evaluation;
  const rows = Object.entries({ KCellFM: metrics, ...baselines }).map(([name, scores]) => ({
    method: name.replaceAll("_", " "),
    accuracy: scores.accuracy,
    macroF1: scores.macro_f1,
  }));
  const figure = methodBars(rows, { title, subtitle: `${cells} cells against the column "${truthKey}"` });
  return { figure, alt: "Bars of the accuracy and the macro-F1 of each method; the table has the figures" };
}

/** True by called types, as shares of each true type; the most frequent true type first. */
export function confusionFigure({ evaluation }: Annotation): Described | null {
  if (!evaluation) return null;
  const { confusion, perClass } = evaluation;
  const order = [...perClass.keys()].sort((a, b) => perClass[b].support - perClass[a].support);
  const rows = order.filter((i) => perClass[i].support > 0);
  const columns = order.filter((j) => confusion.counts.some((row) => row[j] > 0));
  const figure = heatmap({
    title: "True and called types",
    subtitle: "share of the cells of each true type",
    width: MAP.width,
    height: MAP.height,
    z: rows.map((i) => columns.map((j) => confusion.counts[i][j] / perClass[i].support)),
    rows: rows.map((i) => shorten(confusion.labels[i], 26)),
    columns: columns.map((j) => shorten(confusion.labels[j], 26)),
    row: "true type",
    column: "called type",
    value: "share",
  });
  return { figure, alt: "Confusion matrix of true and called types" };
}

/** Names that fit an axis, still telling types apart; the tables have them in full. */
export function shorten(name: string, length = 34): string {
  const brief = name.replace(", alpha-beta", "").replace("thymus-derived ", "");
  if (brief.length <= length) return brief;
  const half = Math.floor((length - 1) / 2);
  return `${brief.slice(0, half).trimEnd()}…${brief.slice(-half).trimStart()}`;
}

const keyOf = ({ id, name }: { id: string; name: string }) => `${id} ${name}`;

/** The list beside the map is its legend, so its numbers have to stand out. */
function withNumbers({ data, layout }: Figure): Figure {
  const annotations = layout.annotations?.map((note) => ({
    ...note,
    font: { ...note.font, size: 16, weight: 700 },
  }));
  return {
    data,
    layout: { ...layout, annotations, showlegend: false, margin: { l: 40, r: 16, t: 78, b: 44 } },
  };
}
