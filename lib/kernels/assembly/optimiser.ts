// AdamW, and the sum of squares that clipping needs. Threads share the pages of an array.
import { at, dot, fma, read, write } from "./vector";

/** Numbers of a page. */
const PAGE = 1024;

/**
 * One parameter and its moments [n], pages [from, to); what is written may be what is read. Numbers as AdamWStep of
 * adamw/reference.ts.
 */
export function adamW(
  from: i32, to: i32, n: i32, param: usize, gradient: usize, first: usize, second: usize,
  beta1: f32, beta2: f32, eps: f32, rate: f32, correction: f32, shrink: f32,
  newParam: usize, newFirst: usize, newSecond: usize,
): void {
  const b1 = f32x4.splat(beta1), c1 = f32x4.splat(1 - beta1), b2 = f32x4.splat(beta2), c2 = f32x4.splat(1 - beta2);
  const keep = f32x4.splat(1 - shrink), step = f32x4.splat(rate);
  const root = f32x4.splat(correction), small = f32x4.splat(eps);
  const end = min(n, to * PAGE);
  let i = from * PAGE;
  for (; i + 4 <= end; i += 4) {
    move(at(param, i), at(gradient, i), at(first, i), at(second, i), at(newParam, i), at(newFirst, i), at(newSecond, i),
      b1, c1, b2, c2, keep, step, root, small, true);
  }
  for (; i < end; i++) {
    move(at(param, i), at(gradient, i), at(first, i), at(second, i), at(newParam, i), at(newFirst, i), at(newSecond, i),
      b1, c1, b2, c2, keep, step, root, small, false);
  }
}

// @ts-ignore: decorator
@inline
function move(
  param: usize, gradient: usize, first: usize, second: usize, newParam: usize, newFirst: usize, newSecond: usize,
  b1: v128, c1: v128, b2: v128, c2: v128, keep: v128, rate: v128, correction: v128, eps: v128, wide: bool,
): void {
  const g = read(gradient, wide);
  const m = f32x4.add(f32x4.mul(read(first, wide), b1), f32x4.mul(g, c1));
  const v = f32x4.add(f32x4.mul(read(second, wide), b2), f32x4.mul(f32x4.mul(g, g), c2));
  const root = fma(f32x4.sqrt(v), correction, eps);
  write(newParam, f32x4.sub(f32x4.mul(read(param, wide), keep), f32x4.mul(rate, f32x4.div(m, root))), wide);
  write(newFirst, m, wide);
  write(newSecond, v, wide);
}

/** The sum of squares of pages [from, to) of x [n] as the float64 number `total`; float32 within a page. */
export function sumOfSquares(from: i32, to: i32, n: i32, x: usize, total: usize): void {
  let sum: f64 = 0;
  for (let page = from; page < to; page++) {
    const here = at(x, page * PAGE);
    sum += <f64> dot(here, here, min(PAGE, n - page * PAGE));
  }
  store<f64>(total, sum);
}
