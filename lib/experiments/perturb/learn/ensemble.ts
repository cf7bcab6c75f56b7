import { dataError } from "../../../runtime/mod.ts";
import type { FitPerturbation, PerturbationModel } from "../model.ts";
import type { EnsembleRecipe } from "../recipe.ts";
import { type ChangeModel, changeModel, conditionsNamed, type Example } from "./changes.ts";
import { sizeOf, validationScore } from "./chosen.ts";
import { rotations } from "./rotation.ts";
import { dot } from "../../../matrix/mod.ts";

/** Models that are drawn for an ensemble, with repeats. */
const DRAWS = 10;

/** A fitted model that says what it predicted for conditions held out. */
type Member = ChangeModel & Required<Pick<PerturbationModel, "heldOut" | "recipe">>;

/**
 * The weighted sum of models that does best on the conditions held out (Caruana et al. 2004): models are added one by one, with
 * repeats, whichever raises the mean Pearson delta most. Each counts by its typical size, so that no model rules by being loud.
 */
export const fitEnsemble =
  (name: string, fits: readonly FitPerturbation[]): FitPerturbation => async (set, split, options) => {
    const conditions = conditionsNamed(set, [...split.train, ...split.validation]);
    const members: Member[] = [];
    for (const fit of fits) members.push(asMember(await fit(set, split, options)));
    const { weights, heldOut } = chooseWeights(members, conditions, options.seed);
    const chosen = members.flatMap((member, i) => weights[i] > 0 ? [{ member, weight: weights[i] }] : []);
    return { ...ensembleOf(name, chosen), heldOut };
  };

/** The winner by the mean Pearson delta of conditions held out. */
export const fitWinner =
  (name: string, fits: readonly FitPerturbation[]): FitPerturbation => async (set, split, options) => {
    const conditions = conditionsNamed(set, [...split.train, ...split.validation]);
    let best: { model: Member; score: number } | undefined;
    for (const fit of fits) {
      const model = asMember(await fit(set, split, options));
      const score = validationScore(pairsOf(model.heldOut, conditions));
      if (!best || score > best.score) best = { model, score };
    }
    if (!best) throw new RangeError(`Cannot choose ${name} among no models`);
    return { ...best.model, name };
  };

/** The weighted sum of what models say. */
export function ensembleOf(
  name: string,
  members: readonly { member: ChangeModel & Pick<PerturbationModel, "recipe">; weight: number }[],
): ChangeModel & { readonly recipe: EnsembleRecipe } {
  const recipes = members.flatMap(({ member: { recipe }, weight }) =>
    recipe?.kind === "learned" ? [{ weight, recipe }] : []
  );
  const recipe: EnsembleRecipe = { kind: "ensemble", name, members: recipes };
  const model = changeModel(name, (target) => {
    const sum = new Float32Array(target.control.mean.length);
    for (const { member, weight } of members) {
      member.change(target).forEach((value, gene) => sum[gene] += weight * value);
    }
    return sum;
  });
  return { ...model, recipe };
}

function asMember(model: PerturbationModel): Member {
  const { heldOut, recipe, change } = model;
  if (heldOut && recipe && change) return { ...model, heldOut, recipe, change };
  throw dataError(`Cannot join ${model.name} with others: it predicts no conditions held out`);
}

const pairsOf = (heldOut: ReadonlyMap<string, Float32Array>, conditions: readonly Example[]) =>
  conditions.flatMap((condition) => {
    const predicted = heldOut.get(condition.name);
    return predicted ? [{ condition, predicted }] : [];
  });

/**
 * Weight of each member, chosen by all held-out conditions; and the ensemble's prediction for each of these, with weights
 * chosen by the other rotations, so that it is judged by conditions in which it had no part.
 */
function chooseWeights(members: readonly Member[], conditions: readonly Example[], seed: number) {
  const known = conditions.filter(({ name }) => members.every(({ heldOut }) => heldOut.has(name)));
  const turns = rotations(conditions, seed);
  const heldOut = new Map<string, Float32Array>();
  for (const { held } of turns) {
    const names = new Set(held.map((at) => conditions[at].name));
    const rest = known.filter(({ name }) => !names.has(name));
    const weights = weigh(members, rest.length > 0 ? rest : known);
    for (const { condition, predicted } of combined(members, weights, known)) {
      const { name } = condition;
      if (names.has(name) && !heldOut.has(name)) heldOut.set(name, predicted);
    }
  }
  return { weights: weigh(members, known), heldOut };
}

/** Adds members one by one, whichever raises the score on these conditions most. */
function weigh(members: readonly Member[], conditions: readonly Example[]): number[] {
  const scales = members.map(({ heldOut }) => scaleOf([...heldOut.values()]));
  const combine = (counts: readonly number[]) =>
    combined(members, counts.map((count, i) => count * scales[i]), conditions);
  let counts: number[] = members.map(() => 0);
  let score = -Infinity;
  for (let draw = 0; draw < DRAWS; draw++) {
    const tried = members.map((_, i) => counts.with(i, counts[i] + 1));
    const scores = tried.map((next) => validationScore(combine(next)));
    const best = scores.indexOf(Math.max(...scores));
    if (scores[best] <= score) break;
    [counts, score] = [tried[best], scores[best]];
  }
  const size = sizeOf(combine(counts));
  return counts.map((count, i) => count * scales[i] * size);
}

/** One over the typical length of some predictions; 0 where all are 0. */
function scaleOf(predictions: readonly Float32Array[]): number {
  const squares = predictions.reduce((sum, own) => sum + dot(own, own), 0) / Math.max(1, predictions.length);
  return squares > 0 ? 1 / Math.sqrt(squares) : 0;
}

function combined(members: readonly Member[], weights: readonly number[], conditions: readonly Example[]) {
  return conditions.map((condition) => {
    const predicted = new Float32Array(condition.mean.length);
    members.forEach(({ heldOut }, i) => {
      if (weights[i] === 0) return;
      heldOut.get(condition.name)?.forEach((value, gene) => predicted[gene] += weights[i] * value);
    });
    return { condition, predicted };
  });
}
