// Dropout whose mask is a function of (seed, position), so that the gradient draws it again instead of keeping it.
import { at, read, write } from "./vector";

/** A bijection of 32-bit words that changes about half of all bits when one changes (after Wellons' lowbias32). */
// @ts-ignore: decorator
@inline
function mix(word: v128, first: v128, second: v128): v128 {
  let h = v128.xor(word, i32x4.shr_u(word, 16));
  h = i32x4.mul(h, first);
  h = v128.xor(h, i32x4.shr_u(h, 15));
  h = i32x4.mul(h, second);
  return v128.xor(h, i32x4.shr_u(h, 16));
}

/** Numbers of a page; threads share the pages of an array. */
const PAGE = 1024;

/**
 * Pages [from, to) of out_i = scale x_i where mix(mix(before + i) ^ seed) >= threshold, else 0, positions and words counted modulo 2^32.
 */
export function dropOut(
  from: i32, to: i32, n: i32, before: i32, seed: i32, threshold: i32, scale: f32, x: usize, out: usize,
): void {
  const first = i32x4.splat(0x7feb352d), second = i32x4.splat(<i32> 0x846ca68b), four = i32x4.splat(4);
  const key = i32x4.splat(seed), limit = i32x4.splat(threshold), factor = f32x4.splat(scale);
  const end = min(n, to * PAGE);
  let i = from * PAGE;
  let position = i32x4.add(i32x4.splat(before + i), i32x4(0, 1, 2, 3));
  for (; i + 4 <= end; i += 4) {
    const kept = i32x4.ge_u(mix(v128.xor(mix(position, first, second), key), first, second), limit);
    v128.store(at(out, i), v128.and(kept, f32x4.mul(factor, v128.load(at(x, i)))));
    position = i32x4.add(position, four);
  }
  for (; i < end; i++) {
    const kept = i32x4.ge_u(mix(v128.xor(mix(position, first, second), key), first, second), limit);
    write(at(out, i), v128.and(kept, f32x4.mul(factor, read(at(x, i), false))), false);
    position = i32x4.add(position, i32x4.splat(1));
  }
}
