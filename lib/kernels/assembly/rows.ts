// Embedding rows and the softmax family.
import { expTo } from "./exponential";
import { addScaled, at, copy, scaleTo, shiftTo, sum, zero } from "./vector";

/** out[i] = table[ids[i]] for i in [from, to). */
export function gatherRows(from: i32, to: i32, width: i32, table: usize, ids: usize, out: usize): void {
  for (let i = from; i < to; i++) copy(at(out, i * width), at(table, load<i32>(at(ids, i)) * width), width);
}

/** sums[ids[i]] += rows[i], from zero, for the rows [from, to) of the table; all n ids are looked at. */
export function scatterRows(from: i32, to: i32, n: i32, width: i32, rows: usize, ids: usize, sums: usize): void {
  zero(at(sums, from * width), (to - from) * width);
  for (let i = 0; i < n; i++) {
    const id = load<i32>(at(ids, i));
    if (id >= from && id < to) addScaled(at(sums, id * width), at(rows, i * width), 1, width);
  }
}

// The host's Math.log: AssemblyScript's own keeps a table in memory, and all memory here belongs to tfjs.
// @ts-ignore: decorator
@external("host", "log")
declare function hostLog(x: f64): f64;

function largest(x: usize, n: i32): f32 {
  let best = f32x4.splat(-Infinity);
  let i = 0;
  for (; i + 4 <= n; i += 4) best = f32x4.pmax(best, v128.load(at(x, i)));
  let top = max(
    max(f32x4.extract_lane(best, 0), f32x4.extract_lane(best, 1)), max(f32x4.extract_lane(best, 2), f32x4.extract_lane(best, 3)),
  );
  for (; i < n; i++) top = max(top, load<f32>(at(x, i)));
  return top;
}

/** out = softmax(scale x) over the first `open` of n entries, 0 beyond; scale > 0. */
export function softmaxRow(out: usize, x: usize, open: i32, n: i32, scale: f32): void {
  if (open > 0) {
    shiftTo(out, x, -largest(x, open), open);
    if (scale != 1) scaleTo(out, out, scale, open);
    expTo(out, out, open);
    scaleTo(out, out, 1 / sum(out, open), open);
  }
  zero(at(out, open), n - open);
}

/**
 * The gradient of the weighted mean loss for the logits of rows [from, to), and the rows' share of the loss, which is
 * the float64 number `loss`. `weights` may be null; labels equal to `ignore` do not count; `total` is the sum of the weights
 * of all rows.
 */
export function crossEntropy(
  from: i32, to: i32, classes: i32, logits: usize, labels: usize, weights: usize, ignore: i32, total: f64,
  gradient: usize, loss: usize,
): void {
  let share: f64 = 0;
  for (let row = from; row < to; row++) {
    const label = load<i32>(at(labels, row));
    const out = at(gradient, row * classes), x = at(logits, row * classes);
    if (label == ignore) {
      zero(out, classes);
      continue;
    }
    const weight: f64 = (weights ? <f64> load<f32>(at(weights, label)) : 1) / total;
    const top = largest(x, classes);
    shiftTo(out, x, -top, classes);
    expTo(out, out, classes);
    const all = sum(out, classes);
    share += weight * (hostLog(<f64> all) + <f64> top - <f64> load<f32>(at(x, label)));
    scaleTo(out, out, <f32> (weight / <f64> all), classes);
    store<f32>(at(out, label), load<f32>(at(out, label)) - <f32> weight);
  }
  store<f64>(loss, share);
}
