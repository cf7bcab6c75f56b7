import type { Rng } from "../runtime/mod.ts";

/** Size and genes of the simulation; genes are given by name, so that a model knows them. */
export interface CycleOptions {
  readonly cells: number;
  /** Genes that peak at an angle (radians), and at which. */
  readonly peaks: ReadonlyMap<string, number>;
  /** Genes that do not follow the cycle. */
  readonly background: readonly string[];
  /** Mean counts a cell; default 20,000. */
  readonly depth?: number;
}

/** Cells on their way around the cycle. */
export interface SimulatedCycle {
  readonly genes: readonly string[];
  /** Raw counts, cell after cell, `[cells, genes]`. */
  readonly counts: Float32Array;
  /** Place of each cell on the circle, in [0, 2 pi). */
  readonly angles: Float32Array;
}

/** Share of cycling genes whose rhythm is too weak to see. */
const WEAK = 0.3;
/** Spread of biological noise: the variance of log expression is about this. */
const DISPERSION = 0.3;

/**
 * Cells at uniform places on the circle. A cycling gene's log expression is its level + amplitude cos(angle - peak),
 * others' is their level; counts are Poisson with gamma noise, library sizes log-normal.
 */
export function simulateCycle(
  { cells, peaks, background, depth = 20_000 }: CycleOptions,
  rng: Rng,
): SimulatedCycle {
  const genes = rng.split("order").shuffle([...peaks.keys(), ...background]);
  const plans = genes.map((gene) => planOf(peaks.get(gene), rng.split(gene)));
  const angles = Float32Array.from({ length: cells }, () => 2 * Math.PI * rng.uniform());
  const counts = new Float32Array(cells * genes.length);
  angles.forEach((angle, cell) => {
    const row = counts.subarray(cell * genes.length, (cell + 1) * genes.length);
    drawCell(row, { angle, plans, depth, rng: rng.split(cell) });
  });
  return { genes, counts, angles };
}

interface Plan {
  readonly level: number;
  readonly amplitude: number;
  readonly peak: number;
}

function planOf(peak: number | undefined, rng: Rng): Plan {
  const level = 1.2 * rng.normal();
  if (peak === undefined) return { level, amplitude: 0, peak: 0 };
  const amplitude = rng.uniform() < WEAK ? 0.1 : 0.4 + 0.6 * rng.uniform();
  return { level, amplitude, peak: peak + 0.3 * rng.normal() };
}

function drawCell(
  row: Float32Array,
  { angle, plans, depth, rng }: { angle: number; plans: readonly Plan[]; depth: number; rng: Rng },
): void {
  plans.forEach(({ level, amplitude, peak }, gene) => {
    const noise = rng.gamma(1 / DISPERSION) * DISPERSION;
    row[gene] = noise * Math.exp(level + amplitude * Math.cos(angle - peak));
  });
  const library = depth * Math.exp(0.2 * rng.normal()) / row.reduce((sum, value) => sum + value, 0);
  for (let gene = 0; gene < row.length; gene++) row[gene] = rng.poisson(library * row[gene]);
}
