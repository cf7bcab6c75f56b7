import { pearson } from "../../../metrics/mod.ts";
import type { Description } from "../describe/descriptor.ts";
import type { FitPerturbation } from "../model.ts";
import type { PerturbationTarget } from "../set.ts";
import {
  type ChangeModel,
  changeModel,
  changeOf,
  changeTable,
  conditionsNamed,
  type Example,
  meanOfRows,
} from "./changes.ts";
import type { Choice } from "../recipe.ts";
import type { Setting } from "./learner.ts";
import { type LearnerName, LEARNERS } from "./learners.ts";
import { rotations } from "./rotation.ts";
import { dot } from "../../../matrix/mod.ts";

/** A model before it has seen any condition. */
export interface ModelSpec {
  /** Name in tables and results files. */
  readonly name: string;
  readonly learner: LearnerName;
  readonly description: Description;
  /**
   * Powers to choose among: changes are divided by their length to this power before they are learned. 0 lets the strongest
   * perturbations rule, 1 lets all count alike. Default the learner's, or {@linkcode POWERS}.
   */
  readonly powers?: readonly number[];
  /** Scale predictions to the size of the changes held out; default true. */
  readonly sized?: boolean;
}

/** Effects of perturbations differ a hundredfold, and in direction from the strongest. */
export const POWERS = [0, 0.5, 1] as const;

/** Predicts the change of every gene. */
export type Change = (target: PerturbationTarget) => Float32Array;

/** Data of a learning model: the measured genes and all conditions that may be seen, and a seed. */
export interface LearnOptions {
  readonly genes: readonly string[];
  readonly conditions: readonly Example[];
  readonly seed: number;
}

/** Fits by the conditions of training and validation: settings are chosen by holding some out in turn, then all are learned from. */
export const fitChosen = (spec: ModelSpec): FitPerturbation => (set, split, { seed }) => {
  const conditions = conditionsNamed(set, [...split.train, ...split.validation]);
  return learnChosen(spec, { genes: set.genes, conditions, seed });
};

/** {@linkcode fitChosen} from conditions alone. */
export function learnChosen(spec: ModelSpec, options: LearnOptions) {
  const { choice, heldOut } = choose(spec, options);
  const recipe = {
    kind: "learned" as const,
    name: spec.name,
    learner: spec.learner,
    description: spec.description.name,
    choice,
  };
  return { ...learned(spec, choice, options), heldOut, recipe };
}

/** The model of a choice, learned from the conditions. */
export const learned = (spec: ModelSpec, choice: Choice, options: LearnOptions): ChangeModel =>
  changeModel(spec.name, scaled(prepare(spec, options)(choice.power, choice.setting), choice.size));

const scaled = (change: Change, size: number): Change => (target) =>
  size === 1 ? change(target) : change(target).map((value) => value * size);

/** Readies a learner for some conditions; those that the description does not know are left out, and change as the mean. */
function prepare(
  { learner: name, description }: ModelSpec,
  { genes, conditions, seed }: LearnOptions,
  trial = false,
) {
  const learner = LEARNERS[name];
  const describe = description.prepare({ genes, conditions });
  const known = conditions.flatMap((condition) => {
    const row = describe(condition);
    return row ? [{ condition, row }] : [];
  });
  const [described, rows] = [known.map(({ condition }) => condition), known.map(({ row }) => row)];
  const learn = known.length >= (learner.least ?? 1) &&
    learner.prepare({ conditions: described, rows, seed, trial });
  return (power: number, setting: Setting): Change => {
    const mean = meanOfRows(changeTable(conditions, power));
    const change = learn && learn(changeTable(described, power), setting);
    return (target) => {
      const row = change && describe(target);
      return change && row ? change(row, target) : mean;
    };
  };
}

/** A condition that was held out, and what was predicted for it. */
export interface HeldOut {
  readonly condition: Example;
  readonly predicted: Float32Array;
}

/** A power and setting, and what it predicted in each rotation. */
interface Tried {
  readonly power: number;
  readonly setting: Setting;
  readonly turns: readonly (readonly HeldOut[])[];
  /** {@linkcode validationScore} of each rotation. */
  readonly scores: readonly number[];
}

/**
 * The power and setting with the highest mean Pearson delta over the conditions held out; and for each of these a prediction in which
 * it had no part: setting and size are then chosen by the other rotations.
 */
function choose(
  spec: ModelSpec,
  options: LearnOptions,
): { choice: Choice; heldOut: Map<string, Float32Array> } {
  const { learner, powers = LEARNERS[learner].powers ?? POWERS, sized = true } = spec;
  const { conditions } = options;
  const fits = rotations(conditions, options.seed).map(({ train, held }) => ({
    held: held.map((at) => conditions[at]),
    fit: prepare(spec, { ...options, conditions: train.map((at) => conditions[at]) }, true),
  }));
  const tried = powers.flatMap((power) =>
    LEARNERS[learner].settings.map((setting): Tried => {
      const turns = fits.map(({ held, fit }) => {
        const change = fit(power, setting);
        return held.map((condition) => ({ condition, predicted: change(condition) }));
      });
      return { power, setting, turns, scores: turns.map(validationScore) };
    })
  );
  const bestBut = (left: number) => bestOf(tried, left, sized);
  const { power, setting, size } = bestBut(-1);
  const heldOut = new Map<string, Float32Array>();
  for (const turn of fits.keys()) {
    const own = bestBut(fits.length > 1 ? turn : -1);
    for (const { condition, predicted } of own.turns[turn]) {
      if (!heldOut.has(condition.name)) {
        heldOut.set(condition.name, predicted.map((value) => value * own.size));
      }
    }
  }
  return { choice: { power, setting, size }, heldOut };
}

/** The best by all rotations but one (-1: by all), with the size of its predictions by the same. */
function bestOf(tried: readonly Tried[], left: number, sized: boolean): Tried & { readonly size: number } {
  const seen = ({ turns }: Tried) => turns.filter((_, turn) => turn !== left);
  const scoreOf = (own: Tried) => {
    const weights = own.turns.map(({ length }, turn) => turn === left ? 0 : length);
    return dot(own.scores, weights) / Math.max(1, weights.reduce((sum, weight) => sum + weight, 0));
  };
  const scores = tried.map(scoreOf);
  const best = tried[scores.indexOf(Math.max(...scores))];
  return { ...best, size: sized ? sizeOf(seen(best).flat()) : 1 };
}

/** Mean Pearson delta; 0 where a side is constant, or nothing was held out. */
export function validationScore(out: readonly HeldOut[]): number {
  const scores = out.map(({ condition, predicted }) => pearson(predicted, changeOf(condition)));
  return scores.reduce((sum, score) => sum + (Number.isFinite(score) ? score : 0), 0) /
    Math.max(1, out.length);
}

/** Predictions at least this share of their size are kept, so that a poor fit does not turn them around. */
const LEAST_SIZE = 0.01;

/** The factor by which predictions come closest to what was measured, by least squares; 1 where nothing was held out. */
export function sizeOf(out: readonly HeldOut[]): number {
  let [product, square] = [0, 0];
  for (const { condition, predicted } of out) {
    product += dot(predicted, changeOf(condition));
    square += dot(predicted, predicted);
  }
  return square > 0 ? Math.max(LEAST_SIZE, product / square) : 1;
}
