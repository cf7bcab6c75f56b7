import type * as tf from "../../tensor/mod.ts";
import { runProgram, THREADS } from "../webgpu/program.ts";
import { type Inputs, registerWebgpu } from "../webgpu/register.ts";
import { SUM_OVER_GROUP } from "../webgpu/snippets.ts";
import { valuesAtHand } from "../webgpu/values.ts";
import { checkLabel, type CrossEntropyAttributes, SOFTMAX_CROSS_ENTROPY } from "./op.ts";

/** Largest logit and log of the sum of exponentials above it, of each row, `[rows, 2]`. */
const normalisers = (logits: tf.Tensor2D): tf.Tensor =>
  runProgram({
    name: "kcfLogSumExp",
    inputs: { logits },
    shape: [logits.shape[0], 2],
    integers: { classes: logits.shape[1] },
    threads: logits.shape[0] * THREADS,
    code: `${SUM_OVER_GROUP}
      var<workgroup> tops : array<f32, THREADS>;
      fn main(index : i32) {
        let row = min(index / THREADS, uniforms.size / 2 - 1);
        let start = row * uniforms.classes;
        let lane = index % THREADS;
        var top = logits[start];
        for (var c = lane; c < uniforms.classes; c += THREADS) { top = max(top, logits[start + c]); }
        tops[lane] = top;
        workgroupBarrier();
        for (var i = 0; i < THREADS; i++) { top = max(top, tops[i]); }
        var sum = 0.0;
        for (var c = lane; c < uniforms.classes; c += THREADS) { sum += exp(logits[start + c] - top); }
        let total = sumOverGroup(vec4<f32>(sum)).x;
        if (lane == 0) {
          result[2 * row] = top;
          result[2 * row + 1] = log(total);
        }
      }`,
  });

type Scores = Inputs & { logits: tf.Tensor2D };

/** `weightOf(label)`, 0 for rows that do not count. */
const weightCode = ({ weights }: Inputs): string => `
  fn weightOf(label : i32) -> f32 {
    if (label == uniforms.ignored) { return 0.0; }
    return ${weights ? "weights[label]" : "1.0"};
  }
`;

/** Weighted sum of the rows' losses, and the sum of their weights, `[2]`. */
const totals = (inputs: Scores, ignored: number): tf.Tensor =>
  runProgram({
    name: `kcfCrossEntropyTotals_${Object.keys(inputs)}`,
    inputs,
    shape: [2],
    integers: { rows: inputs.logits.shape[0], classes: inputs.logits.shape[1], ignored },
    threads: THREADS,
    code: `${SUM_OVER_GROUP}${weightCode(inputs)}
      fn main(index : i32) {
        var sums = vec4<f32>(0.0);
        for (var row = index; row < uniforms.rows; row += THREADS) {
          let weight = weightOf(labels[row]);
          if (weight != 0.0) {
            let chosen = logits[row * uniforms.classes + labels[row]];
            let loss = normalisers[2 * row + 1] - (chosen - normalisers[2 * row]);
            sums += vec4<f32>(weight * loss, weight, 0.0, 0.0);
          }
        }
        let total = sumOverGroup(sums);
        if (index == 0) {
          result[0] = total.x;
          result[1] = total.y;
        }
      }`,
  });

const gradient = (inputs: Scores, ignored: number): tf.Tensor =>
  runProgram({
    name: `kcfCrossEntropyGradient_${Object.keys(inputs)}`,
    inputs,
    shape: inputs.logits.shape,
    integers: { classes: inputs.logits.shape[1], ignored },
    code: `${weightCode(inputs)}
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let row = index / uniforms.classes;
        let weight = weightOf(labels[row]);
        var slope = 0.0;
        if (weight != 0.0) {
          slope = exp(logits[index] - normalisers[2 * row] - normalisers[2 * row + 1]);
          if (labels[row] == index % uniforms.classes) { slope -= 1.0; }
          slope *= weight / totals[1];
        }
        result[index] = slope;
      }`,
  });

registerWebgpu<CrossEntropyAttributes>(SOFTMAX_CROSS_ENTROPY, (given, { ignore }) => {
  const logits = given.logits as tf.Tensor2D;
  const [, classes] = logits.shape;
  for (const label of valuesAtHand(given.labels)) checkLabel(label, { classes, ignore });
  const inputs = { ...given, logits, normalisers: normalisers(logits) };
  const sums = totals(inputs, ignore);
  const loss = runProgram({
    name: "kcfCrossEntropyLoss",
    inputs: { sums },
    shape: [],
    code: `fn main(index : i32) {
      if (index < uniforms.size) { result[0] = select(0.0, sums[0] / sums[1], sums[1] > 0.0); }
    }`,
  });
  return [loss, gradient({ ...inputs, totals: sums }, ignore)];
});
