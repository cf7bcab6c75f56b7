import type { DataFrame } from "nodejs-polars";
import { mapCells } from "../../cell/mod.ts";
import { bars, type Figure, heatmap, scatterMap } from "../../figures/mod.ts";
import { accuracy, neighbourGraph, spearman } from "../../metrics/mod.ts";
import { pageRankSimilarity } from "../../ontology/mod.ts";
import { dot } from "./arrays.ts";
import type { LossSource, StageCells } from "./losses.ts";
import { rowAt, unitRows } from "../../matrix/mod.ts";
import { scoreTable } from "../tables.ts";

const NEIGHBOURS = 15;

/** Three summary scores of a map, each at most 1. */
export interface MapScores {
  /** Share of a cell's 15 nearest cells by cosine (and of those it is near to) that are of its type. */
  readonly purity: number;
  /** Spearman correlation over pairs of types: cosine of their mean cells, and similarity in the ontology. */
  readonly agreement: number;
  /** Share of cells whose type has the nearest text vector. */
  readonly byText: number;
}

/** Scores the test cells of a stage. */
export function scoreStage(stage: StageCells, source: LossSource): MapScores {
  const { vectors, truth, text } = stage;
  const graph = neighbourGraph(unitRows(vectors), NEIGHBOURS + 1);
  const shares = graph.neighbours.map((near, row) =>
    near.filter((other) => truth[other] === truth[row]).length / near.length
  );
  const [cells, ontology] = [typeCosines(stage, source.order), ontologySimilarity(source)];
  const pairs = <T>(table: readonly (readonly T[])[]) => table.flatMap((row, i) => row.slice(0, i));
  return {
    purity: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    agreement: spearman(pairs(cells), pairs(ontology)),
    byText: accuracy(truth, text),
  };
}

/** Cosine of the mean cells of each two types, after the mean of all cells is taken away: `[types, types]`. */
export function typeCosines({ vectors, truth }: StageCells, order: readonly string[]): number[][] {
  const unit = unitRows(vectors);
  const meanOf = (rows: readonly number[]) =>
    Array.from(
      { length: unit.cols },
      (_, j) => rows.reduce((sum, row) => sum + rowAt(unit, row)[j], 0) / rows.length,
    );
  const all = meanOf(truth.map((_, row) => row));
  const means = order.map((id) => {
    const mean = meanOf(truth.flatMap((type, row) => type === id ? [row] : []));
    const centred = mean.map((value, j) => value - all[j]);
    return centred.map((value) => value / Math.hypot(...centred));
  });
  return means.map((mean) => means.map((other) => dot(mean, other)));
}

/** Personalised PageRank of each two types on the graph of the ontology, both ways: `[types, types]`. */
export function ontologySimilarity({ ontology, order }: LossSource): number[][] {
  const { targets, values } = pageRankSimilarity(ontology, { sources: order });
  const column = order.map((id) => targets.indexOf(id));
  const from = (i: number, j: number) => values[i * targets.length + column[j]];
  return order.map((_, i) => order.map((_, j) => (from(i, j) + from(j, i)) / 2));
}

/** The test cells of a stage on a plane, by type. */
export function stageMap(stage: StageCells, source: LossSource): Figure {
  const map = mapCells(stage.vectors, { seed: source.seed });
  const label = Array.from(map.rows, (row) => nameOf(source, stage.truth[row]));
  const order = source.order.map((id) => nameOf(source, id));
  return scatterMap({ ...map, label, order, title: `Test cells: ${stage.name}` });
}

/** Similarity of the types, as a matrix: by a stage's cells, or by the ontology (as the logarithm of PageRank). */
export function alikeFigure(source: LossSource, stage?: StageCells): Figure {
  const names = source.order.map((id) => nameOf(source, id));
  const common = { rows: names, columns: names, row: "", column: "", digits: null, height: 560 };
  if (stage) {
    const z = typeCosines(stage, source.order);
    const title = `How alike the types' cells are: ${stage.name}`;
    return heatmap({
      ...common,
      z,
      title,
      value: "cosine of mean cells",
      scale: "diverging",
      range: [-1, 1],
    });
  }
  const z = ontologySimilarity(source).map((row) => row.map(Math.log10));
  const title = "How close the types are in the Cell Ontology";
  return heatmap({ ...common, z, title, value: "log10 of PageRank", scale: "sequential" });
}

const nameOf = ({ ontology }: LossSource, id: string): string => ontology.terms.get(id)?.name ?? id;

/** The three numbers of every stage as bars. */
export function stageFigure(stages: readonly StageCells[], source: LossSource): Figure {
  const scores = stages.map((stage) => scoreStage(stage, source));
  return bars({
    title: "What each loss adds",
    subtitle: "test cells of a simulated atlas; each training adds one loss to the one before",
    categories: stages.map(({ name }) => name),
    series: [
      { name: "neighbours of the same type", values: scores.map(({ purity }) => purity) },
      { name: "agreement with the ontology", values: scores.map(({ agreement }) => agreement) },
      { name: "named right by text alone", values: scores.map(({ byText }) => byText) },
    ],
    value: "share, or rank correlation",
    format: ".2f",
  });
}

/** {@linkcode stageFigure} as a table. */
export const stageTable = (stages: readonly StageCells[], source: LossSource): DataFrame =>
  scoreTable(
    stages.map((stage) => [stage.name, { ...scoreStage(stage, source) }]),
    {
      purity: "same-type neighbours",
      agreement: "agreement with the ontology",
      byText: "named right by text",
    },
    { first: "losses" },
  );
