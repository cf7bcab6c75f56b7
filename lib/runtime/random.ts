import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/**
 * A stream of random numbers that is passed as an argument, never reached for. `split` gives an independent
 * stream by name, so a training step can derive its own randomness from `seed/epoch/step` and a resumed run
 * needs no saved generator state.
 */
export interface Rng {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform integer in [0, n). */
  int(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** Gamma with the given shape and scale 1 (mean = shape). */
  gamma(shape: number): number;
  /** Poisson with the given mean. */
  poisson(mean: number): number;
  /** One element, uniformly. */
  choice<T>(items: ArrayLike<T>): T;
  /** Fisher-Yates in place; returns its argument. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T;
  /** `k` distinct integers of [0, n), in random order. */
  sample(n: number, k: number): Int32Array;
  /** An independent stream named `label`; does not advance this one. */
  split(label: string | number): Rng;
}

/** A stream determined by `seed`: the same seed gives the same numbers on every machine. */
export function createRng(seed: number | string): Rng {
  return makeRng(String(seed));
}

/** A stream of zeros: for parameters that a file is about to fill, where drawing a hundred million takes a minute. */
export function zeroRng(): Rng {
  const zero = () => 0;
  return {
    uniform: zero,
    int: zero,
    normal: zero,
    gamma: zero,
    poisson: zero,
    choice: (items) => items[0],
    shuffle: (items) => items,
    sample: (_, k) => Int32Array.from({ length: k }, (_, i) => i),
    split: zeroRng,
  };
}

function makeRng(key: string): Rng {
  const generator = xoroshiro128plus(hash(key));
  for (let i = 0; i < WARM_UP; i++) generator.next();
  const uniform = () => uniform53(generator);
  const int = (n: number) => Math.floor(uniform() * n);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const gamma = (shape: number) => drawGamma(shape, uniform, normal);
  return {
    uniform,
    int,
    normal,
    gamma,
    poisson: (mean) => drawPoisson(mean, uniform, normal, gamma),
    choice: (items) => items[int(items.length)],
    shuffle: (items) => shuffle(items, int),
    sample: (n, k) => sample(n, k, int),
    split: (label) => makeRng(`${key}/${label}`),
  };
}

function uniform53(generator: RandomGenerator): number {
  const high = generator.next() >>> 5;
  const low = generator.next() >>> 6;
  return (high * 67108864 + low) / 9007199254740992;
}

/**
 * FNV-1a with the finaliser of MurmurHash3: without it, keys that differ in their last letter ("cell/1", "cell/2")
 * start in nearly the same state, and so do their first numbers.
 */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) | 0;
}

/** Draws thrown away at the start: the generator fills its state from 32 bits and takes some steps to mix them. */
const WARM_UP = 8;

/** Marsaglia and Tsang (2000); shapes below 1 by the power-of-uniform boost. */
function drawGamma(shape: number, uniform: () => number, normal: () => number): number {
  if (shape < 1) return drawGamma(shape + 1, uniform, normal) * (1 - uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  while (true) {
    const x = normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Knuth's product below 30; above, the gamma-splitting recursion of Ahrens and Dieter (1974). */
function drawPoisson(
  mean: number,
  uniform: () => number,
  normal: () => number,
  gamma: (shape: number) => number,
): number {
  if (mean < 30) {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = uniform(); product > limit; product *= uniform()) count++;
    return count;
  }
  const m = Math.floor(mean * 7 / 8);
  const x = gamma(m);
  if (x <= mean) return m + drawPoisson(mean - x, uniform, normal, gamma);
  let count = 0;
  for (let i = 0; i < m - 1; i++) if (uniform() < mean / x) count++;
  return count;
}

function shuffle<T extends { length: number; [index: number]: unknown }>(
  items: T,
  int: (n: number) => number,
): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = int(i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

function sample(n: number, k: number, int: (n: number) => number): Int32Array {
  if (k > n) throw new RangeError(`Cannot sample ${k} of ${n} items without replacement`);
  const items = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < k; i++) {
    const j = i + int(n - i);
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items.slice(0, k);
}
