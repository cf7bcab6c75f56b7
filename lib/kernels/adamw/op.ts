import * as tf from "../../tensor/mod.ts";
import { modelError } from "../../runtime/mod.ts";
import type { Gradients } from "../clip-global-norm/op.ts";
import { hasKernel, runKernels } from "../core/dispatch.ts";
import { adamWReference, type AdamWSlot, type AdamWStep } from "./reference.ts";

/** New parameter and moments from inputs param, gradient, first, second. */
export const ADAMW = "KcfAdamW";
export type AdamWAttributes = AdamWStep & Pick<AdamWSlot, "shrink">;

export interface AdamWOptions {
  /** Decay of the mean of gradients (default 0.9). */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients (default 0.999). */
  readonly beta2?: number;
  /** Added to the root of the second moment (default 1e-8). */
  readonly eps?: number;
  /** Decoupled weight decay, times the learning rate (default 0.01). */
  readonly weightDecay?: number;
  /** True for parameters that decay, by name (default all). */
  readonly decays?: (name: string) => boolean;
}

/** Everything a resumed run needs to continue to the bit. */
export interface AdamWState {
  /** Steps taken. */
  readonly steps: number;
  /** Mean of gradients by parameter name. */
  readonly first: Map<string, Float32Array>;
  /** Mean of squared gradients by parameter name. */
  readonly second: Map<string, Float32Array>;
}

export interface AdamW {
  /** Moves every parameter that has a gradient; the gradients stay the caller's to dispose. */
  step(gradients: Gradients, learningRate: number): void;
  /** A copy of the state. */
  state(): AdamWState;
  /** @throws {KcellfmError} tag "model", when a moment is missing or has the wrong size. */
  restore(state: AdamWState): void;
  dispose(): void;
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019), numbers as torch.optim.AdamW. */
export function createAdamW(params: ReadonlyMap<string, tf.Variable>, options: AdamWOptions = {}): AdamW {
  const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0.01, decays = () => true } = options;
  const first = zerosLike(params);
  const second = zerosLike(params);
  let steps = 0;

  function slot(name: string, gradient: tf.Tensor, learningRate: number): AdamWSlot {
    const variable = params.get(name);
    if (!variable) throw modelError(`Cannot step ${name}: the optimiser was made without this parameter`);
    const shrink = decays(name) ? learningRate * weightDecay : 0;
    return { variable, gradient, first: first.get(name)!, second: second.get(name)!, shrink };
  }

  return {
    step(gradients, learningRate) {
      steps++;
      const rate = learningRate / (1 - beta1 ** steps);
      const shared: AdamWStep = { beta1, beta2, eps, rate, correction: 1 / Math.sqrt(1 - beta2 ** steps) };
      const move = hasKernel(ADAMW) ? adamWKernel : adamWReference;
      for (const [name, gradient] of gradients) move(slot(name, gradient, learningRate), shared);
    },
    state: () => ({ steps, first: readMoments(first), second: readMoments(second) }),
    restore(state) {
      writeMoments(first, state.first);
      writeMoments(second, state.second);
      steps = state.steps;
    },
    dispose: () => tf.dispose([...first.values(), ...second.values()]),
  };
}

function adamWKernel({ variable, gradient, first, second, shrink }: AdamWSlot, step: AdamWStep): void {
  const moved = runKernels(ADAMW, { param: variable, gradient, first, second }, { ...step, shrink });
  [variable, first, second].forEach((old, i) => old.assign(moved[i]));
  tf.dispose(moved);
}

type Moments = Map<string, tf.Variable>;

function zerosLike(params: ReadonlyMap<string, tf.Variable>): Moments {
  const zeros = (variable: tf.Variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
  return new Map([...params].map(([name, variable]) => [name, zeros(variable)]));
}

function readMoments(moments: Moments): Map<string, Float32Array> {
  return new Map([...moments].map(([name, moment]) => [name, moment.dataSync<"float32">().slice()]));
}

function writeMoments(moments: Moments, values: ReadonlyMap<string, Float32Array>): void {
  for (const [name, moment] of moments) {
    const value = values.get(name);
    if (value?.length !== moment.size) {
      throw modelError(
        `Cannot restore the optimiser: the moment of ${name} has ${value?.length ?? "no"} numbers, ` +
          `${moment.size} expected; resume with the preset the run was started with`,
      );
    }
    tf.tidy(() => moment.assign(tf.tensor(value, moment.shape)));
  }
}
