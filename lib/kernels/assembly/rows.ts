// Embedding rows and the softmax family.
import { expTo } from "./exponential";
import { addScaled, at, copy, scaleTo, shiftTo, sum, zero } from "./vector";

/** out[i] = table[ids[i]]. */
export function gatherRows(n: i32, width: i32, table: usize, ids: usize, out: usize): void {
  for (let i = 0; i < n; i++) copy(at(out, i * width), at(table, load<i32>(at(ids, i)) * width), width);
}

/** sums[ids[i]] += rows[i], from zero. */
export function scatterRows(n: i32, width: i32, table: i32, rows: usize, ids: usize, sums: usize): void {
  zero(sums, table * width);
  for (let i = 0; i < n; i++) addScaled(at(sums, load<i32>(at(ids, i)) * width), at(rows, i * width), 1, width);
}

// The host's Math.log: AssemblyScript's own keeps a table in memory, and all memory here belongs to tfjs.
// @ts-ignore: decorator
@external("host", "log")
declare function hostLog(x: f64): f64;

function largest(x: usize, n: i32): f32 {
  let best: f32 = -Infinity;
  for (let i = 0; i < n; i++) best = max(best, load<f32>(at(x, i)));
  return best;
}

/** out = exp(scale (x - max)); returns the sum. */
function exponentials(out: usize, x: usize, n: i32, scale: f32): f32 {
  shiftTo(out, x, -largest(x, n), n);
  if (scale != 1) scaleTo(out, out, scale, n);
  expTo(out, out, n);
  return sum(out, n);
}

/** out = softmax(scale x) over the first `open` of n entries, 0 beyond; scale > 0. */
export function softmaxRow(out: usize, x: usize, open: i32, n: i32, scale: f32): void {
  if (open > 0) scaleTo(out, out, 1 / exponentials(out, x, open, scale), open);
  zero(at(out, open), n - open);
}

/**
 * Weighted mean loss into `loss[0]`, and its gradient for the logits. `weights` may be null; labels equal to
 * `ignore` do not count.
 */
export function crossEntropy(
  rows: i32, classes: i32, logits: usize, labels: usize, weights: usize, ignore: i32, loss: usize, gradient: usize,
): void {
  let total: f64 = 0, count: f64 = 0;
  for (let row = 0; row < rows; row++) {
    const label = load<i32>(at(labels, row));
    const to = at(gradient, row * classes), from = at(logits, row * classes);
    if (label == ignore) {
      zero(to, classes);
      continue;
    }
    const weight: f32 = weights ? load<f32>(at(weights, label)) : 1;
    const sum = exponentials(to, from, classes, 1);
    const logit = load<f32>(at(from, label)) - largest(from, classes);
    total += <f64> weight * (hostLog(<f64> sum) - <f64> logit);
    count += <f64> weight;
    scaleTo(to, to, weight / sum, classes);
    store<f32>(at(to, label), load<f32>(at(to, label)) - weight);
  }
  store<f32>(loss, count > 0 ? <f32> (total / count) : 0);
  if (count > 0) scaleTo(gradient, gradient, <f32> (1 / count), rows * classes);
}
