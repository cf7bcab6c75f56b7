import {
  type BiMamba2Params,
  initBiMamba2,
  initLinear,
  initNorm,
  type LinearParams,
  type Matrix,
  normalParameter,
  type NormParams,
} from "../nn/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import type { CellConfig } from "./config.ts";
import { initProfile, type ProfileParams } from "./whole_profile.ts";

/** One block of the classifier: Linear, ReLU, LayerNorm. */
export type ClassifierBlock = {
  readonly linear: LinearParams;
  readonly norm: NormParams;
};

/** The cell-type head: `[batch, width] -> [batch, classes]`. */
export type ClassifierParams = {
  readonly blocks: readonly ClassifierBlock[];
  readonly out: LinearParams;
};

/** All parameters of a cell model (ORIGINAL section 2). */
export type CellParams = {
  /** `[genes + 3, width]` and its LayerNorm. */
  /** Whole profile -> start of `<cls>`, where the configuration has it. */
  readonly profile?: ProfileParams;
  readonly genes: { readonly embedding: Matrix; readonly norm: NormParams };
  readonly values: {
    readonly linear1: LinearParams;
    readonly linear2: LinearParams;
    readonly norm: NormParams;
  };
  readonly layers: readonly BiMamba2Params[];
  /** Token vector -> value: three affine maps with LeakyReLU between. */
  readonly expression: readonly LinearParams[];
  readonly classifier: ClassifierParams;
};

/** Draws a fresh cell model for a vocabulary of `genes` genes and `classes` cell types. */
export function initCellParams(
  rng: Rng,
  { config, genes, classes }: { config: CellConfig; genes: number; classes: number },
): CellParams {
  const { width } = config;
  const square = (name: string) => initLinear(rng.split(name), { inputs: width, outputs: width });
  return {
    profile: config.profile &&
      initProfile(rng.split("profile"), { profile: config.profile, width, classes }),
    genes: {
      embedding: normalParameter(rng.split("genes"), [genes + 3, width], 0.02),
      norm: initNorm(width),
    },
    values: {
      linear1: initLinear(rng.split("values1"), { inputs: 1, outputs: width }),
      linear2: square("values2"),
      norm: initNorm(width),
    },
    layers: Array.from({ length: config.layers }, (_, i) => initBiMamba2(rng.split(`layer${i}`), config)),
    expression: [
      square("expression1"),
      square("expression2"),
      initLinear(rng.split("expression3"), { inputs: width, outputs: 1 }),
    ],
    classifier: initClassifier(rng.split("classifier"), { width, classes, blocks: config.classifierBlocks }),
  };
}

/** A fresh cell-type head. */
export function initClassifier(
  rng: Rng,
  { width, classes, blocks = 2 }: { width: number; classes: number; blocks?: number },
): ClassifierParams {
  const block = (name: string): ClassifierBlock => ({
    linear: initLinear(rng.split(name), { inputs: width, outputs: width }),
    norm: initNorm(width),
  });
  return {
    blocks: Array.from({ length: blocks }, (_, i) => block(`block${i + 1}`)),
    out: initLinear(rng.split("out"), { inputs: width, outputs: classes }),
  };
}
