import { join } from "node:path";
import { type Figure, intervals } from "../../figures/mod.ts";
import { makeFolder, resultsDir, versions } from "../../runtime/mod.ts";
import type { TermTable } from "../../ontology/mod.ts";
import {
  type GeneFeatures,
  loadPerturbationModel,
  type NamedFit,
  type PerturbationSet,
  type RankedLoss,
  type SavedPerturbationModel,
  savePerturbationModel,
  trainPerturbation,
} from "../../experiments/perturb/mod.ts";

/** Fits the best of some models to a whole screen, keeps it in the results folder, and reads it back as anybody would. */
export async function keepModel(
  set: PerturbationSet,
  { models, features, terms, seed }: {
    models: readonly NamedFit[];
    features: readonly GeneFeatures[];
    terms: TermTable;
    seed: number;
  },
): Promise<SavedPerturbationModel> {
  const { model, split } = await trainPerturbation(set, {
    all: models,
    names: ["auto"],
    splits: [],
    terms,
    seed,
  });
  const folder = join(resultsDir(), `perturb-model-${set.name}`);
  await makeFolder(folder);
  await savePerturbationModel(folder, { set, model }, {
    split,
    seed,
    features,
    facts: {
      scores: {},
      split: "",
      tested: [],
      cell_model: null,
      made: { command: "notebook 08-perturbation", versions: versions() },
    },
  });
  return await loadPerturbationModel(folder);
}

/** Genes that a loss is predicted to change most, with the intervals of their changes. */
export function answerFigure(
  { model, controls: [control], facts, halfWidths }: SavedPerturbationModel,
  perturbed: readonly string[],
  { title, most = 10 }: { title: string; most?: number },
): Figure {
  const mean = model.predict({ name: perturbed.join("+"), perturbed, control });
  const change = mean.map((value, gene) => value - control.mean[gene]);
  const order = Array.from(change.keys()).sort((a, b) => Math.abs(change[b]) - Math.abs(change[a])).slice(
    0,
    most,
  );
  return intervals({
    title,
    subtitle: `${perturbed.join(" and ")} lost, never measured; ${100 * facts.level} % intervals`,
    rows: order.sort((a, b) => change[b] - change[a]).map((gene) => ({
      name: facts.genes[gene],
      mean: change[gene],
      low: change[gene] - halfWidths[gene],
      high: change[gene] + halfWidths[gene],
    })),
    value: "predicted change of the mean log(1 + normalised count)",
    reference: 0,
  });
}

/** The first losses of a ranking, those that the screen measured apart from those that nobody did. */
export function rankFigure(
  ranked: readonly RankedLoss[],
  { title, effect, most = 12 }: { title: string; effect: string; most?: number },
): Figure {
  const groups = ["measured in the screen", "never measured"];
  return intervals({
    title,
    subtitle: "90 % intervals: nine of ten measured effects lie within them",
    rows: ranked.slice(0, most).map(({ gene, effect, lower, upper, measured }) => ({
      name: gene,
      mean: effect,
      low: lower,
      high: upper,
      group: groups[measured === null ? 1 : 0],
    })),
    value: `predicted change of ${effect}`,
    groups,
    reference: 0,
  });
}
