import type { LEARNER_NAMES } from "../recipe.ts";
import { forest } from "./forest.ts";
import { kriging } from "./kriging.ts";
import type { Learner } from "./learner.ts";
import { linear } from "./linear.ts";
import { similar } from "./similar.ts";
import { additive, meanChange, noChange } from "./simple.ts";

export type LearnerName = typeof LEARNER_NAMES[number];

/** All learners by the names that recipes have for them. */
export const LEARNERS: Readonly<Record<LearnerName, Learner>> = {
  no_change: noChange,
  mean: meanChange,
  additive,
  linear,
  knn: similar,
  forest,
  kriging,
};
