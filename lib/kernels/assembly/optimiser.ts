// AdamW and the small reductions around it.
import { at, fma } from "./vector";

// @ts-ignore: decorator
@inline
function updated(p: v128, m: v128, v: v128, keep: v128, rate: v128, correction: v128, eps: v128): v128 {
  const root = fma(f32x4.sqrt(v), correction, eps);
  return f32x4.sub(f32x4.mul(p, keep), f32x4.mul(rate, f32x4.div(m, root)));
}

/** One parameter and its moments, written anew (clones may share the old memory); numbers as AdamWStep of adamw/reference.ts. */
export function adamW(
  n: i32, param: usize, gradient: usize, first: usize, second: usize,
  beta1: f32, beta2: f32, eps: f32, rate: f32, correction: f32, shrink: f32,
  newParam: usize, newFirst: usize, newSecond: usize,
): void {
  const b1 = f32x4.splat(beta1), c1 = f32x4.splat(1 - beta1), b2 = f32x4.splat(beta2), c2 = f32x4.splat(1 - beta2);
  const keep = f32x4.splat(1 - shrink), step = f32x4.splat(rate);
  const root = f32x4.splat(correction), small = f32x4.splat(eps);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const g = v128.load(at(gradient, i));
    const m = f32x4.add(f32x4.mul(v128.load(at(first, i)), b1), f32x4.mul(g, c1));
    const v = f32x4.add(f32x4.mul(v128.load(at(second, i)), b2), f32x4.mul(f32x4.mul(g, g), c2));
    v128.store(at(newFirst, i), m);
    v128.store(at(newSecond, i), v);
    v128.store(at(newParam, i), updated(v128.load(at(param, i)), m, v, keep, step, root, small));
  }
  for (; i < n; i++) {
    const g = v128.load32_splat(at(gradient, i));
    const m = f32x4.add(f32x4.mul(v128.load32_splat(at(first, i)), b1), f32x4.mul(g, c1));
    const v = f32x4.add(f32x4.mul(v128.load32_splat(at(second, i)), b2), f32x4.mul(f32x4.mul(g, g), c2));
    v128.store_lane<f32>(at(newFirst, i), m, 0);
    v128.store_lane<f32>(at(newSecond, i), v, 0);
    v128.store_lane<f32>(
      at(newParam, i),
      updated(v128.load32_splat(at(param, i)), m, v, keep, step, root, small),
      0,
    );
  }
}
