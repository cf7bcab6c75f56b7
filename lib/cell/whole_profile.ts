import * as tf from "../tensor/mod.ts";
import type { TokenBatch } from "../genes/mod.ts";
import { linear } from "../kernels/mod.ts";
import {
  constantParameter,
  disposeParams,
  dropout,
  initLinear,
  type LinearParams,
  type TrainingMode,
} from "../nn/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import type { CellConfig } from "./config.ts";

/** A perceptron over the whole profile: its units start `<cls>` and speak for the classes beside it. */
export type ProfileParams = {
  /** Profile -> units. */
  readonly hidden: LinearParams;
  /** Units -> start of `<cls>`. */
  readonly out: LinearParams;
  /** Units -> classes, added to the classifier's scores of the cell's vector. */
  readonly classes: LinearParams;
};

/** Draws a fresh perceptron. */
export function initProfile(
  rng: Rng,
  { profile: { genes, hidden }, width, classes }: {
    profile: NonNullable<CellConfig["profile"]>;
    width: number;
    classes: number;
  },
): ProfileParams {
  return {
    hidden: initLinear(rng.split("hidden"), { inputs: genes, outputs: hidden }),
    out: initLinear(rng.split("out"), { inputs: hidden, outputs: width }),
    classes: initLinear(rng.split("classes"), { inputs: hidden, outputs: classes }),
  };
}

/** The perceptron for other classes, of which it says nothing: its layer for the old ones is freed. */
export function withSilentClasses(params: ProfileParams, classes: number): ProfileParams {
  const hidden = params.classes.weight.shape[1];
  disposeParams(params.classes);
  const weight = constantParameter(0, [classes, hidden]);
  return { ...params, classes: { weight, bias: constantParameter(0, [classes]) } };
}

/**
 * The units of each cell: `[cells, genes] -> [cells, hidden]`.
 *
 * @throws {TypeError} when the batch has no profiles.
 */
export function profileUnits(
  { hidden }: ProfileParams,
  { cells, profiles }: TokenBatch,
  { config, training }: { config: CellConfig; training?: TrainingMode },
): tf.Tensor2D {
  if (!profiles) {
    throw new TypeError("Cannot encode cells: the model reads whole profiles, the batch has none");
  }
  const x = tf.tensor2d(profiles, [cells, profiles.length / cells]);
  const units = linear(x, hidden.weight, { bias: hidden.bias, activation: "relu" }) as tf.Tensor2D;
  return dropout(units, { rate: config.profile?.dropout ?? 0, training });
}

/** Tokens whose first, `<cls>`, has the profile's vector added: `[cells, length, width]`. */
export function startFromProfile(
  { out }: ProfileParams,
  tokens: tf.Tensor3D,
  units: tf.Tensor2D,
): tf.Tensor3D {
  const start = tf.expandDims(linear(units, out.weight, { bias: out.bias }), 1); // [cells, 1, width]
  return tf.add(tokens, tf.pad(start, [[0, 0], [0, tokens.shape[1] - 1], [0, 0]]));
}
