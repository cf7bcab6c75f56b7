import pl from "nodejs-polars";
import type { CellModel } from "../../cell/mod.ts";
import { findDataset } from "../../data/fetch/mod.ts";
import { bars, type Figure } from "../../figures/mod.ts";
import {
  baselinesFor,
  changeOf,
  comparePerturbations,
  type Condition,
  geneFeatures,
  INTERFERON_GAMMA,
  type LeagueRow,
  leagueTable,
  openPerturbationSet,
  PERTURBATION_SETS,
  type PerturbationModel,
  type PerturbationSet,
  type PerturbationSplit,
  type ReporterCall,
  simulatedSet,
  splitConditions,
  termsFor,
  typeFeatures,
} from "../../experiments/perturb/mod.ts";
import { dot } from "../../matrix/mod.ts";

/** Cells of a condition that the notebook looks at, at most. */
const CELLS = 150;

/** Knock-outs in THP-1 cells if the file is available, else a simulated screen of single genes. */
export async function knockOuts(seed: number): Promise<PerturbationSet> {
  const path = await findDataset("eccite_thp1");
  if (path === null) return simulatedSet({ seed }, { pairs: 0 });
  return await openPerturbationSet("eccite_thp1", { seed, cells: CELLS });
}

/** Interferon on six types of blood cells; null where the file is not available. */
export async function interferon(seed: number): Promise<PerturbationSet | null> {
  const path = await findDataset("kang_ifnb_832");
  return path === null ? null : await openPerturbationSet("kang_ifnb_832", { seed });
}

/** Conditions to show: those of the known effect where the set has them, else those that change most. */
export function exampleConditions(set: PerturbationSet): readonly Condition[] {
  const known = INTERFERON_GAMMA.perturbed.flatMap((gene) =>
    set.conditions.find(({ name }) => name === `${gene}+ctrl`) ?? []
  );
  if (known.length > 0) return known.toReversed();
  const sizeOf = (condition: Condition) => dot(changeOf(condition), changeOf(condition));
  return set.conditions.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, 4);
}

/** The baselines of a set on its own splits, beside models that are fitted already. */
export async function compareBaselines(
  set: PerturbationSet,
  { seed, cell, fitted = [], splits }: {
    seed: number;
    cell?: CellModel;
    /** Fitted on the one split that is given. */
    fitted?: readonly PerturbationModel[];
    splits?: readonly PerturbationSplit[];
  },
): Promise<LeagueRow[]> {
  const { terms } = await termsFor(set);
  const rule = PERTURBATION_SETS[set.name]?.split ?? "simulation";
  const ready = fitted.map((model) => ({ name: model.name, fit: () => model }));
  const { features } = await geneFeatures(set, { terms, cell, only: ["go", "kcellfm"] });
  const types = cell && typeFeatures(cell.types);
  const models = [...baselinesFor(set, { features, types }), ...ready];
  const own = splits ?? splitConditions(set, rule, { seed });
  return leagueTable(await comparePerturbations(set, { splits: own, models, terms, seed }), { seed });
}

/** Predictions for a reporter gene, one row per model: predicted change and rank by condition, beside the measured change. */
export function reporterFrame(calls: readonly ReporterCall[]): pl.DataFrame {
  const conditions = [...new Set(calls.map(({ condition }) => condition))];
  const of = (own: readonly ReporterCall[], text: (call: ReporterCall) => string) =>
    Object.fromEntries(conditions.map((name) => {
      const call = own.find(({ condition }) => condition === name);
      return [name.replace("+ctrl", " lost"), call ? text(call) : null];
    }));
  const models = [...Map.groupBy(calls, ({ model }) => model)];
  return pl.DataFrame([
    { model: "measured", ...of(calls, ({ observed }) => observed.toFixed(2)) },
    ...models.map(([model, own]) => ({
      model,
      ...of(own, ({ predicted, rank, genes }) => `${predicted.toFixed(2)} (${rank} of ${genes})`),
    })),
  ]);
}

/** Predicted change of a reporter gene by some models, one group of bars a lost gene, beside the measured change. */
export function reporterFigure(
  calls: readonly ReporterCall[],
  { title, models }: { title: string; models: readonly string[] },
): Figure {
  const conditions = [...new Set(calls.map(({ condition }) => condition))];
  const callOf = (model: string, condition: string) =>
    calls.find((call) => call.model === model && call.condition === condition);
  const observed = conditions.map((name) => calls.find(({ condition }) => condition === name)?.observed ?? 0);
  const predicted = models.map((name) => ({
    name,
    values: conditions.map((condition) => callOf(name, condition)?.predicted ?? 0),
  }));
  return bars({
    title,
    categories: conditions.map((name) => name.replace("+ctrl", " lost")),
    series: [{ name: "measured", values: observed }, ...predicted],
    value: "change of the mean log(1 + normalised count)",
  });
}

/** The league as a table, best first. */
export function leagueFrame(league: readonly LeagueRow[]): pl.DataFrame {
  const ranked = league.toSorted((a, b) => b.interval.mean - a.interval.mean);
  return pl.DataFrame(ranked.map(({ model, interval, means }) => ({
    model,
    "Pearson delta": interval.mean,
    "of the top 20": means.pearson_delta_de ?? null,
    "right direction": means.direction ?? null,
    "error / no change": means.normalised_mse ?? null,
    "energy distance": means.energy_distance ?? null,
  })));
}
