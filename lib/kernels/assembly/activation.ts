// Activations of a whole array, forward and backward from the value before. Kinds: 1 relu, 2 gelu, 3 silu,
// 4 leakyRelu, in the order of linear/wasm.ts.
import { geluTo, siluSlopeTo, siluTo } from "./exponential";
import { at, multiplyTo } from "./vector";

const GELU = 2, SILU = 3, LEAKY_RELU = 4;
const LEAKY_SLOPE: f32 = 0.01;

export function activate(kind: i32, n: i32, x: usize, out: usize): void {
  if (kind == GELU) geluTo(out, x, n, false);
  else if (kind == SILU) siluTo(out, x, n);
  else bendTo(out, x, n, kind == LEAKY_RELU ? LEAKY_SLOPE : 0);
}

/** dx = dOut times the slope at x. */
export function activateBackward(kind: i32, n: i32, x: usize, dOut: usize, dx: usize): void {
  if (kind == GELU) geluTo(dx, x, n, true);
  else if (kind == SILU) siluSlopeTo(dx, x, n);
  else bendSlopeTo(dx, x, n, kind == LEAKY_RELU ? LEAKY_SLOPE : 0);
  multiplyTo(dx, dx, dOut, n);
}

/** out = x, times `slope` where x is negative. */
function bendTo(out: usize, x: usize, n: i32, slope: f32): void {
  for (let i = 0; i < n; i++) {
    const v = load<f32>(at(x, i));
    store<f32>(at(out, i), v < 0 ? slope * v : v);
  }
}

/** out = 1 where x is positive, else `slope`. */
function bendSlopeTo(out: usize, x: usize, n: i32, slope: f32): void {
  for (let i = 0; i < n; i++) store<f32>(at(out, i), load<f32>(at(x, i)) > 0 ? 1 : slope);
}

/** Every row of out becomes `bias`, for a product to be added. */
export function fillRows(out: usize, bias: usize, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++) memory.copy(at(out, row * width), bias, (<usize> width) << 2);
}
