import pl from "nodejs-polars";
import { type Figure, lines, scatterMap, shareBars } from "../figures/mod.ts";
import { expectedCalibrationError, type IntegrationScores } from "../metrics/mod.ts";
import { type Ontology, termOf } from "../ontology/mod.ts";
import { mapCells } from "../cell/mod.ts";
import {
  type AtlasState,
  f1Of,
  type SharedCells,
  subtypeRule,
  type Tally,
  tallyMetrics,
  typeScores,
} from "../experiments/atlas/mod.ts";
import type { Table } from "../matrix/mod.ts";

/** Methods and embeddings as readers know them, in the order of charts. */
const NAMES: Readonly<Record<string, string>> = {
  kcellfm: "KCellFM",
  same_cells: "KCellFM",
  no_ontology: "without the ontology",
  text_alone: "its text alone",
  pca: "PCA of the genes",
  logistic_regression: "logistic regression",
  majority: "most frequent type",
};

const nameOf = (method: string): string => NAMES[method] ?? method.replaceAll("_", " ");

function inOrder<T>(values: Readonly<Record<string, T>>): [string, T][] {
  const known = Object.keys(NAMES);
  return Object.entries(values).sort(([a], [b]) => known.indexOf(a) - known.indexOf(b));
}

/** Table of the finished shards: cells, cells a second, share of time reading, and the memory in use then. */
export function shardTable({ done }: AtlasState): pl.DataFrame {
  const shards = Object.entries(done);
  return pl.DataFrame({
    shard: shards.map(([name]) => name),
    cells: shards.map(([, { cells }]) => cells),
    "cells a second": shards.map(([, { cells, seconds }]) => Math.round(cells / seconds)),
    "reading, % of the time": shards.map(([, it]) => Math.round(1000 * it.reading_seconds / it.seconds) / 10),
    "MB in use": shards.map(([, { rss_mb }]) => rss_mb),
  });
}

/** The memory of the process after each shard: a flat line means that it does not grow with the atlas. */
export function memoryFigure({ done }: AtlasState, title = "Memory while the atlas is named"): Figure {
  const shards = Object.values(done);
  let cells = 0;
  const x = shards.map((shard) => cells += shard.cells);
  const y = shards.map(({ rss_mb }) => rss_mb);
  return lines({
    title,
    series: [{ name: "in use", x, y }],
    x: "cells named",
    y: "resident memory (MB)",
    yRange: [0, 1.2 * Math.max(...y)],
  });
}

/** Accuracy and macro-F1 of each method, strictly and where a subtype of the truth is right. */
export function methodFigure(
  tallies: Readonly<Record<string, Tally>>,
  ontology: Ontology,
  { title, subtitle }: { title: string; subtitle?: string },
): Figure {
  const rule = subtypeRule(ontology);
  const rows = inOrder(tallies).map(([name, tally]) => ({
    name: nameOf(name),
    ...tallyMetrics(tally, rule),
  }));
  const series = [
    { name: "accuracy", values: rows.map(({ accuracy }) => accuracy) },
    { name: "accuracy, subtypes right", values: rows.map(({ ontology_accuracy }) => ontology_accuracy) },
    { name: "macro-F1", values: rows.map(({ macro_f1 }) => macro_f1) },
    { name: "macro-F1, subtypes right", values: rows.map(({ ontology_macro_f1 }) => ontology_macro_f1) },
  ];
  return shareBars({
    title,
    subtitle,
    series,
    categories: rows.map(({ name }) => name),
    value: "share",
  });
}

/**
 * Share of cells named right (a subtype counts) among those of each tenth of confidence; on the diagonal, confidence is
 * honest. Tenths with fewer than `least` cells are left out, for their shares are mostly noise.
 */
export function reliabilityFigure(
  tally: Tally,
  { title = "Is a confidence of 0.8 right in 80 of 100 cells?", least = 20 }: {
    title?: string;
    least?: number;
  } = {},
): Figure {
  const bins = tally.bins.filter(({ cells }) => cells >= least);
  const ece = expectedCalibrationError(tally.bins);
  return lines({
    title,
    subtitle: `cells in tenths of confidence; mean distance to the diagonal ${ece.toFixed(3)}`,
    series: [
      { name: "honest", x: [0, 1], y: [0, 1], dashed: true, color: 1, dots: false },
      {
        name: "KCellFM",
        x: bins.map((it) => it.confidence / it.cells),
        y: bins.map((it) => it.right / it.cells),
        color: 0,
      },
    ],
    x: "confidence",
    y: "share named right",
    yRange: [0, 1.05],
  });
}

/** F1 of the best and the worst types by the subtype rule. */
export function typeFigure(
  tally: Tally,
  ontology: Ontology,
  { title, each = 8 }: { title: string; each?: number },
): Figure {
  const scores = typeScores(tally, subtypeRule(ontology))
    .filter(({ cells }) => cells > 0)
    .sort((a, b) => f1Of(b) - f1Of(a) || (a.id < b.id ? -1 : 1));
  const shown = scores.length <= 2 * each ? scores : [...scores.slice(0, each), ...scores.slice(-each)];
  return shareBars({
    title,
    subtitle: (shown.length < scores.length
      ? `the ${each} best and the ${each} worst of ${scores.length} types; `
      : "") +
      "a subtype counts as right",
    categories: shown.map(({ id }) =>
      ontology.terms.has(id) ? termOf(ontology, id).name : id
    ),
    series: [{ name: "F1", values: shown.map(f1Of) }],
    value: "F1",
  });
}

/** Calls for the cells of one true type, as shares of them; types are counted from the hardest, 0, on. */
export function calledFigure(tally: Tally, ontology: Ontology, number: number): Figure {
  const hardest = typeScores(tally, subtypeRule(ontology))
    .filter(({ cells }) => cells > 0)
    .sort((a, b) => f1Of(a) - f1Of(b) || (a.id < b.id ? -1 : 1));
  const { id, cells } = hardest[number % hardest.length];
  const nameOfTerm = (term: string) => ontology.terms.has(term) ? termOf(ontology, term).name : term;
  const calls = [...tally.pairs.get(id) ?? []].sort((a, b) => b[1] - a[1]).slice(0, MOST_CALLS);
  return shareBars({
    title: `What cells of the type ${nameOfTerm(id)} were called`,
    subtitle: `${cells} cells; the ${MOST_CALLS} commonest names at most`,
    categories: calls.map(([called]) => nameOfTerm(called)),
    series: [{ name: "share", values: calls.map(([, count]) => count / cells) }],
    value: "share of the cells",
  });
}

const MOST_CALLS = 8;

/** The same cells on a UMAP of an embedding, by type and by batch. */
export function mapFigures(
  embeddings: Table,
  { types, batches }: SharedCells,
  { seed, title }: { seed: number; title: string },
): { byType: Figure; byBatch: Figure } {
  const map = mapCells(embeddings, { seed });
  const of = (values: readonly string[]) => Array.from(map.rows, (row) => values[row]);
  return {
    byType: scatterMap({ ...map, label: of(types), title: `${title}, by cell type` }),
    byBatch: scatterMap({ ...map, label: of(batches), namesOnMap: false, title: `${title}, by batch` }),
  };
}

const SCORES = {
  nmi: "NMI",
  ari: "ARI",
  asw: "type ASW",
  avg_bio: "AvgBio",
  batch_asw: "batch ASW",
  graph_connectivity: "connectivity",
} as const satisfies Partial<Record<keyof IntegrationScores, string>>;

/** scIB's scores of each embedding of the same cells. */
export function integrationFigure(
  scores: Readonly<Record<string, IntegrationScores>>,
  title = "Types kept apart, batches together",
): Figure {
  const keys = Object.keys(SCORES) as (keyof typeof SCORES)[];
  return shareBars({
    title,
    subtitle: "scIB's scores; more is better",
    categories: keys.map((key) => SCORES[key]),
    series: inOrder(scores).map(([name, of]) => ({ name: nameOf(name), values: keys.map((key) => of[key]) })),
    value: "score",
  });
}
