// What ends a bidirectional mixer: the mean of the gated RMSNorms of both directions' scans, which share the gate silu(z).
// u = y silu(z) and r = 1 / sqrt(mean(u^2) + eps) for each direction.
import { siluBothTo, siluTo } from "./exponential";
import { inverseRoot, rmsRowBackward } from "./norm";
import { at, fma, read, write } from "./vector";

/** out = (rmsNorm(y1 g) w1 + rmsNorm(y2 g) w2) / 2 at n positions; rows of z lie `strideZ` apart, `gate` holds one. */
export function gatePair(
  n: i32, width: i32, eps: f32, y1: usize, y2: usize, z: usize, strideZ: i32, w1: usize, w2: usize,
  out: usize, gate: usize,
): void {
  for (let t = 0; t < n; t++) {
    const here = t * width;
    siluTo(gate, at(z, t * strideZ), width);
    gateRow(width, eps, at(y1, here), at(y2, here), w1, w2, at(out, here), gate);
  }
}

function gateRow(n: i32, eps: f32, y1: usize, y2: usize, w1: usize, w2: usize, out: usize, g: usize): void {
  let sum1 = f32x4.splat(0), sum2 = sum1;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const gate = v128.load(at(g, i)), u1 = f32x4.mul(gate, v128.load(at(y1, i))), u2 = f32x4.mul(gate, v128.load(at(y2, i)));
    sum1 = fma(u1, u1, sum1);
    sum2 = fma(u2, u2, sum2);
  }
  for (; i < n; i++) {
    const gate = read(at(g, i), false), u1 = f32x4.mul(gate, read(at(y1, i), false)), u2 = f32x4.mul(gate, read(at(y2, i), false));
    sum1 = fma(u1, u1, sum1);
    sum2 = fma(u2, u2, sum2);
  }
  const half1 = f32x4.splat(0.5 * inverseRoot(sum1, n, eps)), half2 = f32x4.splat(0.5 * inverseRoot(sum2, n, eps));
  for (i = 0; i + 4 <= n; i += 4) gateLanes(i, y1, y2, w1, w2, out, g, half1, half2, true);
  for (; i < n; i++) gateLanes(i, y1, y2, w1, w2, out, g, half1, half2, false);
}

// @ts-ignore: decorator
@inline
function gateLanes(
  i: i32, y1: usize, y2: usize, w1: usize, w2: usize, out: usize, g: usize, half1: v128, half2: v128, wide: bool,
): void {
  const first = f32x4.mul(f32x4.mul(half1, read(at(w1, i), wide)), read(at(y1, i), wide));
  const both = fma(f32x4.mul(half2, read(at(w2, i), wide)), read(at(y2, i), wide), first);
  write(at(out, i), f32x4.mul(read(at(g, i), wide), both), wide);
}

/** From dOut: writes dy1, dy2 and dz (rows `strideDz` apart), and adds to dw1 and dw2; `scratch` holds two rows. */
export function gatePairBackward(
  n: i32, width: i32, eps: f32, y1: usize, y2: usize, z: usize, strideZ: i32, w1: usize, w2: usize, dOut: usize,
  dy1: usize, dy2: usize, dz: usize, strideDz: i32, dw1: usize, dw2: usize, scratch: usize,
): void {
  const gate = scratch, slope = at(scratch, width);
  for (let t = 0; t < n; t++) {
    const here = t * width, to = at(dz, t * strideDz);
    siluBothTo(gate, slope, at(z, t * strideZ), width);
    rmsRowBackward(width, eps, at(y1, here), w1, at(dOut, here), 0.5, at(dy1, here), to, dw1, gate, slope, false);
    rmsRowBackward(width, eps, at(y2, here), w2, at(dOut, here), 0.5, at(dy2, here), to, dw2, gate, slope, true);
  }
}
