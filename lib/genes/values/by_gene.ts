import { scaled } from "./by_size.ts";
import type { DetectedValues } from "./kinds.ts";
import { findWhole } from "./whole.ts";
import { SINGLE_PRECISION } from "./precision.ts";
import type { SampledRow } from "./sample.ts";

/** Genes that say something: found in this many sampled cells, and in this share of them. */
const LEAST_CELLS = 6;
const LEAST_SHARE = 0.05;
const LEAST_GENES = 20;
const ENOUGH_BITS = 20;

/**
 * Scaled, where something was done to genes one by one, else null: they were divided by their standard deviation (scaled without
 * centring), or brought to whole multiples of a number of each gene's own (centred log ratio by gene, minimum to maximum).
 */
export function scaledByGene(cells: readonly SampledRow[], genes: number): DetectedValues | null {
  const byGene = Array.from({ length: genes }, () => [] as number[]);
  for (const { values, columns } of cells) {
    for (let i = 0; i < values.length; i++) byGene[columns[i]].push(values[i]);
  }
  const least = Math.max(LEAST_CELLS, LEAST_SHARE * cells.length);
  const told = byGene.filter((values) => values.length >= least);
  if (told.length < LEAST_GENES) return null;
  const unit = told.filter((values) => Math.abs(Math.log(deviation(values, cells.length))) < Math.log(1.25));
  if (unit.length >= 0.8 * told.length) {
    const share = percent(unit.length / told.length);
    return scaled(
      `${share} of the genes have a standard deviation near 1 over the cells: scaled without centring`,
    );
  }
  const rule = { precision: SINGLE_PRECISION, bits: ENOUGH_BITS };
  const whole = told.filter((values) => findWhole(values, "e", rule) ?? findWhole(values, "none", rule));
  if (whole.length >= 0.5 * told.length) {
    return scaled("each gene's values are whole multiples of a number of its own: normalised gene by gene");
  }
  return null;
}

/** Standard deviation over all cells; those without a value count as zero. */
function deviation(values: readonly number[], cells: number): number {
  const sum = values.reduce((a, b) => a + b, 0);
  const squares = values.reduce((a, b) => a + b * b, 0);
  return Math.sqrt(Math.max(0, squares - sum * sum / cells) / (cells - 1));
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
