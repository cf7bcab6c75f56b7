import { dot } from "../matrix/mod.ts";

/** The value of a smooth function and its gradient. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Stopping rules. */
export interface LbfgsOptions {
  /** Pairs of steps and gradient changes that are kept; default 10. */
  readonly memory?: number;
  /** At most so many steps; default 200. */
  readonly steps?: number;
  /** Done when no entry of the gradient is larger; default 1e-4. */
  readonly tolerance?: number;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

/**
 * Minimises a smooth convex function by L-BFGS: Nocedal and Wright, Numerical Optimization (2006), algorithm 7.5,
 * with a backtracking line search (Armijo, c = 1e-4).
 *
 * @returns the point; where the line search can no longer descend (float32 noise in the gradient), the best so far.
 */
export function minimise(
  start: Float64Array,
  evaluate: (point: Float64Array) => Evaluation,
  { memory = 10, steps = 200, tolerance = 1e-4 }: LbfgsOptions = {},
): Float64Array {
  const pairs: Pair[] = [];
  let point = start;
  let here = evaluate(point);
  for (let i = 0; i < steps && largest(here.gradient) > tolerance; i++) {
    const next = lineSearch(point, here, { direction: descent(here.gradient, pairs), evaluate });
    if (next === null) break;
    remember(pairs, {
      from: point,
      to: next.point,
      before: here.gradient,
      after: next.here.gradient,
      memory,
    });
    ({ point, here } = next);
  }
  return point;
}

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((g) => -g);
  const weights = pairs.map(() => 0);
  for (let k = pairs.length - 1; k >= 0; k--) {
    weights[k] = dot(pairs[k].step, direction) / pairs[k].curvature;
    addScaled(direction, pairs[k].change, -weights[k]);
  }
  const last = pairs.at(-1);
  const scale = last ? last.curvature / dot(last.change, last.change) : 1 / Math.max(1, norm(gradient));
  for (let j = 0; j < direction.length; j++) direction[j] *= scale;
  for (let k = 0; k < pairs.length; k++) {
    const correction = dot(pairs[k].change, direction) / pairs[k].curvature;
    addScaled(direction, pairs[k].step, weights[k] - correction);
  }
  return direction;
}

function lineSearch(
  point: Float64Array,
  here: Evaluation,
  { direction, evaluate }: { direction: Float64Array; evaluate: (point: Float64Array) => Evaluation },
): { point: Float64Array; here: Evaluation } | null {
  const slope = dot(here.gradient, direction);
  for (let length = 1; length > 1e-6; length /= 2) {
    const candidate = Float64Array.from(point);
    addScaled(candidate, direction, length);
    const there = evaluate(candidate);
    if (there.value <= here.value + 1e-4 * length * slope) return { point: candidate, here: there };
  }
  return null;
}

function remember(
  pairs: Pair[],
  move: { from: Float64Array; to: Float64Array; before: Float64Array; after: Float64Array; memory: number },
): void {
  const step = move.to.map((value, j) => value - move.from[j]);
  const change = move.after.map((value, j) => value - move.before[j]);
  const curvature = dot(step, change);
  if (curvature <= 1e-12 * dot(change, change)) return; // keeps the approximation positive definite
  pairs.push({ step, change, curvature });
  if (pairs.length > move.memory) pairs.shift();
}

function addScaled(target: Float64Array, values: Float64Array, scale: number): void {
  for (let j = 0; j < target.length; j++) target[j] += scale * values[j];
}

const norm = (values: Float64Array): number => Math.sqrt(dot(values, values));
const largest = (values: Float64Array): number =>
  values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
