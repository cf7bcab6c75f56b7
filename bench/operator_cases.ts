import * as tf from "lib/tensor/mod.ts";
import { clipGlobalNorm, createAdamW } from "../lib/kernels/mod.ts";
import type { Case, CaseEntry } from "./case.ts";
import { filled, type Filling } from "./fill.ts";
import { UPDATE } from "./flops.ts";
import { type Operator, operatorsAt } from "./operators.ts";
import { GENES, type Scale } from "./scales.ts";

/** Every operator forward, and forward with backward; the optimiser's two have no gradient. */
export function* operatorCases(scale: Scale): Generator<CaseEntry> {
  for (const operator of operatorsAt(scale)) {
    const entry = { scale: scale.name, shape: shapeOf(operator.inputs) };
    yield { ...entry, name: operator.call, create: () => forwardCase(operator) };
    yield { ...entry, name: `${operator.call} + gradient`, create: () => gradientCase(operator) };
  }
  const tensors = parameterShapes(scale.config.width);
  const entry = { scale: scale.name, shape: shapeOf(tensors) };
  yield { ...entry, name: "clipGlobalNorm", create: () => clipCase(tensors) };
  yield { ...entry, name: "adamW", create: () => adamWCase(tensors) };
}

const sizeOf = ({ shape }: Filling): number => tf.util.sizeFromShape([...shape]);
const total = (tensors: readonly Filling[]): number => tensors.reduce((sum, t) => sum + sizeOf(t), 0);
const shapeOf = (tensors: readonly Filling[]): string =>
  tensors.slice(0, 4).map(({ shape }) => shape.join("x")).join(", ") + (tensors.length > 4 ? ", ..." : "");

/** Mean absolute values, which no cancellation can blur. */
const meanAbsolute = (tensors: readonly tf.Tensor[]): number[] =>
  tensors.map((tensor) =>
    tensor.dataSync<"float32">().reduce((sum, v) => sum + Math.abs(v), 0) / tensor.size
  );

const BYTES = 4;

/** A forward pass as a case. */
export function forwardCase(operator: Operator): Case {
  const inputs = operator.inputs.map(filled);
  const outputs = sizeOf({ shape: tf.tidy(() => operator.run(...inputs).shape), deviation: 0 });
  return {
    work: { flops: operator.flops, bytes: BYTES * (total(operator.inputs) + outputs) },
    spec: specOf(operator, false),
    check: () => tf.tidy(() => meanAbsolute([operator.run(...inputs)])),
    run: () => operator.run(...inputs).dispose(),
    dispose: () => tf.dispose(inputs),
  };
}

function gradientCase(operator: Operator): Case {
  const inputs = operator.inputs.map(filled);
  const shape = tf.tidy(() => operator.run(...inputs).shape);
  const probe = filled({ shape, deviation: 1 }, 99);
  const both = tf.valueAndGrads((...leaves: tf.Tensor[]) => operator.run(...leaves));
  // forward: inputs and output; backward: inputs, the output's gradient and the inputs' gradients
  const bytes = BYTES * (3 * total(operator.inputs) + 2 * probe.size);
  return {
    work: { flops: 3 * operator.flops, bytes },
    spec: specOf(operator, true),
    check: () =>
      tf.tidy(() => {
        const { value, grads } = both(inputs, probe);
        return meanAbsolute([value, ...grads]);
      }),
    run: () => tf.tidy(() => void both(inputs, probe)),
    dispose: () => tf.dispose([...inputs, probe]),
  };
}

const specOf = ({ call, inputs, options }: Operator, gradient: boolean) => ({
  kind: "operator",
  call,
  inputs,
  options,
  gradient,
});

/** The large tensors of a model and some small ones. */
function parameterShapes(width: number): Filling[] {
  const shapes = [[GENES, width], [4 * width, width], [width, 2 * width], [width, width], [width], [width]];
  return shapes.map((shape) => ({ shape, deviation: 0.1 }));
}

const named = <T>(values: T[]) => new Map(values.map((value, i) => [`${i}`, value]));

function adamWCase(tensors: Filling[]): Case {
  const params = tensors.map((t, i) => tf.tidy(() => tf.variable(filled(t, i))));
  const gradients = named(tensors.map(({ shape }, i) => filled({ shape, deviation: 0.01 }, 100 + i)));
  const optimiser = createAdamW(named(params));
  const run = () => optimiser.step(gradients, 1e-3);
  const size = total(tensors);
  return {
    work: { flops: UPDATE.adamW * size, bytes: 7 * BYTES * size },
    spec: { kind: "adamW", inputs: tensors },
    check() {
      run();
      return meanAbsolute(params);
    },
    run,
    dispose() {
      optimiser.dispose();
      tf.dispose([...params, ...gradients.values()]);
    },
  };
}

function clipCase(tensors: Filling[]): Case {
  const gradients = tensors.map(filled);
  // clipping takes its gradients away; a clone costs nothing, since it shares its memory
  const clip = () => [...clipGlobalNorm(named(gradients.map((t) => t.clone())), 1).gradients.values()];
  const size = total(tensors);
  return {
    work: { flops: UPDATE.clip * size, bytes: 3 * BYTES * size },
    spec: { kind: "clipGlobalNorm", inputs: tensors },
    check: () => tf.tidy(() => meanAbsolute(clip())),
    run: () => tf.dispose(clip()),
    dispose: () => tf.dispose(gradients),
  };
}
