import * as tf from "@tensorflow/tfjs";
import { clipGlobalNorm, createAdamW } from "../lib/kernels/mod.ts";
import { flattenParams, type ParamTree, type TrainingMode } from "../lib/nn/mod.ts";
import { createRng } from "../lib/runtime/mod.ts";
import { filled } from "./fill.ts";

/** A training step that can be timed, and checked against the twin's. */
export interface TrainingStep {
  /** Gradients, clipping at norm 1 and AdamW, with dropout. */
  run(): void;
  /** The loss and the norm of its gradient, without dropout and without a step. */
  check(): number[];
  dispose(): void;
}

/** The step that lib/train takes for one batch. */
export function createStep(params: ParamTree, loss: (training?: TrainingMode) => tf.Scalar): TrainingStep {
  const variables = flattenParams(params);
  const optimiser = createAdamW(variables);
  const rng = createRng("bench");
  const gradientsOf = (training?: TrainingMode) => {
    const { value, grads } = tf.variableGrads(() => loss(training), [...variables.values()]);
    const [score] = value.dataSync();
    value.dispose();
    const named = new Map([...variables].map(([name, variable]) => [name, grads[variable.name]]));
    return { score, ...clipGlobalNorm(named, 1) };
  };
  return {
    run() {
      const { gradients } = gradientsOf({ rng });
      optimiser.step(gradients, 1e-4);
      tf.dispose([...gradients.values()]);
    },
    check() {
      const { score, norm, gradients } = gradientsOf();
      tf.dispose([...gradients.values()]);
      return [Math.abs(score), norm];
    },
    dispose: () => optimiser.dispose(),
  };
}

/** Gives every parameter the numbers that the twin gives it, and returns its name and shape for the twin. */
export function fillParams(params: ParamTree): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  [...flattenParams(params)].forEach(([name, variable], seed) => {
    const { shape } = variable;
    const deviation = shape.length === 2 ? shape[1] ** -0.5 : 0.1;
    tf.tidy(() => variable.assign(filled({ shape, deviation }, seed)));
    shapes[name] = shape;
  });
  return shapes;
}

/** Number of scalars of the given shapes. */
export const countOf = (shapes: Record<string, number[]>): number =>
  Object.values(shapes).reduce((sum, shape) => sum + tf.util.sizeFromShape(shape), 0);
