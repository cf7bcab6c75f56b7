import { bars, effectBoxes, type Figure, heatmap, intervals, volcano } from "../../figures/mod.ts";
import {
  differentialGenes,
  type LeagueRow,
  type PerturbationModel,
  type PerturbationSet,
  REFERENCE_MODEL,
  type ScoredCondition,
  sortGenes,
} from "../../experiments/perturb/mod.ts";
import { dot } from "../../matrix/mod.ts";

const CHANGE = "change of the mean log(1 + normalised count)";

/** Number of cells of each condition. */
export function cellsFigure(set: PerturbationSet, title: string): Figure {
  const rows = set.conditions.map(({ name, cells }) => ({
    name: name.replace(/\+ctrl/, ""),
    count: cells.rows,
  }))
    .sort((a, b) => b.count - a.count);
  const controls = set.controls.reduce((sum, { cells }) => sum + cells.rows, 0);
  const all = [{ name: "control", count: controls }, ...rows];
  return bars({
    title,
    categories: all.map(({ name }) => name),
    series: [{ name: "cells", values: all.map(({ count }) => count) }],
    value: "cells",
    horizontal: true,
    height: 120 + 18 * all.length,
  });
}

/** Genes that a perturbation changes, against control cells. */
export function volcanoFigure(set: PerturbationSet, condition: string, title: string): Figure {
  const { cells, control } = conditionOf(set, condition);
  const { change, q } = differentialGenes(sortGenes(cells), sortGenes(control.cells));
  const subtitle = `${condition}: ${cells.rows} cells against ${control.cells.rows} controls; rank-sum test`;
  return volcano({ title, subtitle, names: set.genes, change, q, value: CHANGE });
}

/** The 20 most differential genes of a held-out condition: its cells, and what models said that they would do. */
export function effectsFigure(
  set: PerturbationSet,
  scored: readonly ScoredCondition[],
  { condition: name, models, title }: { condition: string; models: readonly string[]; title: string },
): Figure {
  const { cells, control, differential } = conditionOf(set, name);
  const genes = Array.from(differential);
  const said = models.flatMap((model) => {
    const found = scored.find((row) => row.model === model && row.condition.name === name);
    return found ? [{ model, found }] : [];
  });
  const scores = said.map(({ model, found }) => `${model} ${(found.scores.pearson_delta ?? 0).toFixed(2)}`);
  return effectBoxes({
    title,
    subtitle: `${name}: ${cells.rows} cells, 20 surest genes; Pearson delta ${scores.join(", ")}`,
    genes: genes.map((gene) => set.genes[gene]),
    cells: genes.map((gene) => {
      const values = Float32Array.from(
        { length: cells.rows },
        (_, row) => cells.data[row * cells.cols + gene],
      );
      return values.map((value) => value - control.mean[gene]);
    }),
    predictions: said.map(({ model, found }) => ({
      name: model,
      values: genes.map((gene) => found.predicted[gene] - control.mean[gene]),
    })),
    value: "change against control",
    width: 900,
  });
}

/** Pearson delta of every model with its interval over conditions, best first; the dashed line is the mean of training. */
export function leagueFigure(
  league: readonly LeagueRow[],
  { title, group }: { title: string; group?: string },
): Figure {
  const rows = league.flatMap(({ model, interval, groups }) => {
    const shown = group === undefined ? interval : groups[group];
    return shown ? [{ name: model, ...shown, group: familyOf(model) }] : [];
  });
  const conditions = Math.max(...league.map((row) => row.conditions));
  return intervals({
    title,
    subtitle: `${group ?? "all"}: 95 % interval over ${
      group === undefined ? conditions : "its"
    } held-out conditions; dashed: mean of training`,
    rows: rows.sort((a, b) => b.mean - a.mean),
    value: "Pearson correlation of predicted and measured change",
    groups: FAMILIES,
    reference: rows.find(({ name }) => name === REFERENCE_MODEL)?.mean,
  });
}

const GROUP_NAMES: Readonly<Record<string, string>> = {
  combo_seen0: "pair, none seen",
  combo_seen1: "pair, one seen",
  combo_seen2: "pair, both seen",
  unseen_single: "single, unseen",
};

/** Pearson delta of some models by group of conditions. */
export function groupFigure(
  league: readonly LeagueRow[],
  { title, models }: { title: string; models: readonly string[] },
): Figure {
  const rows = models.flatMap((name) => league.find(({ model }) => model === name) ?? []);
  const groups = Object.keys(rows[0]?.groups ?? {});
  return bars({
    title,
    subtitle: "held-out conditions by how many of their genes were seen in training; bars: 95 % intervals",
    categories: groups.map((group) => GROUP_NAMES[group] ?? group),
    series: rows.map(({ model, groups: of }) => ({
      name: model,
      values: groups.map((group) => of[group].mean),
      errors: groups.map((group) => (of[group].high - of[group].low) / 2),
    })),
    value: "Pearson delta",
  });
}

const FAMILIES = ["learns from a description", "no learning", "GEARS"] as const;

function familyOf(model: string): typeof FAMILIES[number] {
  if (model.startsWith("gears")) return "GEARS";
  return /^(linear|knn|forest|kriging|ensemble|auto)/.test(model)
    ? "learns from a description"
    : "no learning";
}

/**
 * Difference between pairs of genes and the sum of their parts, log2(|pair| / |a + b|): above the diagonal the truth of a
 * simulated set, below it a model's prediction. Genes are ordered by pathway, `perPathway` of each.
 */
export function interactionFigure(
  set: PerturbationSet,
  model: PerturbationModel,
  { title, perPathway = 3 }: { title: string; perPathway?: number },
): Figure {
  const truthOf = set.truthOf;
  if (!truthOf) {
    throw new RangeError(`Cannot draw interactions of ${set.name}: only simulated sets know them all`);
  }
  const genes = [...Map.groupBy(set.perturbable, (gene) => pathwayOf(set, gene))].sort(([a], [b]) =>
    a < b ? -1 : 1
  )
    .flatMap(([, members]) => members.slice(0, perPathway));
  const [control] = set.controls;
  const called = (perturbed: readonly string[]) =>
    model.predict({ name: perturbed.join("+"), perturbed, control }).map((value, gene) =>
      value - control.mean[gene]
    );
  const maps = [truthOf, called].map((changeBy) => excesses(genes, changeBy));
  return heatmap({
    title,
    subtitle:
      "above the diagonal: the truth; below: predicted. Orange: more than the sum of both, blue: less",
    z: genes.map((_, i) => Float32Array.from(genes, (_, j) => i === j ? 0 : maps[j > i ? 0 : 1](i, j))),
    rows: genes,
    columns: genes,
    row: "lost",
    column: "lost beside it",
    value: "log2 of the pair's change over the sum of both",
    scale: "diverging",
    digits: null,
    range: [-1, 1],
    height: 620,
  });
}

function excesses(
  genes: readonly string[],
  changeBy: (perturbed: readonly string[]) => Float32Array,
): (i: number, j: number) => number {
  const singles = genes.map((gene) => changeBy([gene]));
  return (i, j) => {
    const sum = singles[i].map((value, gene) => value + singles[j][gene]);
    const pair = changeBy([genes[i], genes[j]].sort());
    return Math.log2(Math.sqrt(dot(pair, pair) / dot(sum, sum)));
  };
}

const pathwayOf = (set: PerturbationSet, gene: string): string =>
  [...set.terms?.get(gene) ?? []].find((term) => /pathway\d+$/.test(term)) ?? "";

function conditionOf(set: PerturbationSet, name: string) {
  const found = set.conditions.find((condition) => condition.name === name);
  if (found) return found;
  throw new RangeError(`Cannot find the condition "${name}" in ${set.name}`);
}
