import { MAX_LOG } from "./cell.ts";
import type { DetectedValues, Plan } from "./kinds.ts";
import { CONSTANT, spread, type Stats, totals } from "./stats.ts";
import { DONE, type Undo } from "./undo.ts";

/** No common scale sums to more than a million a cell; RPKM do by a little. */
const MOST_TOTAL = 1.5e6;
/** log(1 + 10,000), with room for rounding. */
const LARGEST_CP10K = 9.25;
const BASES = ["e", "2", "10"] as const;

export const short = (value: number): string => String(Number(value.toPrecision(4)));
const percent = (share: number): string => `${Math.round(100 * share)} %`;

export const scaled = (evidence: string): DetectedValues => ({ kind: "scaled", evidence });

export const planOf = ({ floor, precision }: Stats, undo: Undo, whole: boolean): Plan => ({
  undo,
  whole,
  floor,
  precision,
});

/** The undoing after which all cells, or many at a time, have one total; null where none does that. */
export function constantTotal(stats: Stats): DetectedValues | null {
  for (const undo of ["none", ...BASES] as const) {
    if (undo !== "none" && stats.max > MAX_LOG) break;
    const sums = totals(stats.cells, undo);
    const { mean, variation } = spread(sums);
    const isOne = variation < CONSTANT;
    const shared = isOne ? 1 : sharedTotals(sums);
    if (shared < 0.9) continue;
    const evidence = isOne
      ? `${DONE[undo]} sums to ${short(mean)} in every cell`
      : `${DONE[undo]} sums to one of a few numbers in ${percent(shared)} of the cells`;
    return {
      kind: undo === "none" ? "size_normalised" : "log1p",
      evidence: `${evidence} (values up to ${short(stats.max)})`,
      total: isOne ? mean : undefined,
      plan: planOf(stats, undo, false),
    };
  }
  return null;
}

/** Share of cells whose total another cell has too, to five digits. */
function sharedTotals(sums: readonly number[]): number {
  if (sums.length < 8) return 0;
  const sorted = sums.toSorted((a, b) => a - b);
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-5 * Math.abs(b);
  const shared = sorted.filter((sum, i) =>
    i > 0 && near(sorted[i - 1], sum) || i + 1 < sorted.length && near(sorted[i + 1], sum)
  );
  return shared.length / sums.length;
}

/** Counts from which something was taken: most values are integers still, or lie next to one. */
export function correctedCounts(stats: Stats): DetectedValues | null {
  const { max, integers, nearIntegers } = stats;
  if (integers <= 0.5 && nearIntegers <= 0.6) return null;
  const why = integers > 0.5
    ? `${percent(integers)} of the values are integers`
    : `${percent(nearIntegers)} of the values lie next to integers`;
  return amounts(stats, `${why} (up to ${short(max)}): corrected counts`);
}

const amounts = (stats: Stats, evidence: string): DetectedValues => ({
  kind: "counts",
  evidence,
  plan: planOf(stats, "none", false),
});

/** Detects the form of values by their size, where nothing else tells. */
export function bySize(stats: Stats): DetectedValues {
  const { max, cells } = stats;
  if (max <= 1) {
    return scaled("all values lie between 0 and 1, and are no whole multiples of each cell's smallest");
  }
  if (max <= MAX_LOG) return logarithm(stats);
  const { variation } = spread(totals(cells, "none"));
  const large = `values up to ${short(max)} are too large for logarithms`;
  return amounts(stats, `${large} and cell sums vary by ${percent(variation)}`);
}

/** The base of logarithms that neither whole multiples nor totals show. */
function logarithm(stats: Stats): DetectedValues {
  const { max, cells } = stats;
  const [e, two] = (["e", "2"] as const).map((undo) => spread(totals(cells, undo)));
  const of = `values are not integers and at most ${short(max)}`;
  const as = (undo: Undo, why: string, doubts?: string[]): DetectedValues => ({
    kind: "log1p",
    evidence: `${of}; ${why}`,
    plan: planOf(stats, undo, false),
    doubts,
  });
  if (e.mean > MOST_TOTAL) {
    return as("2", `${DONE.e} would sum to ${short(e.mean)}, more than a million, so the base is 2`);
  }
  // On a subset of the genes no sum is constant, but the wrong base is off by far more than the right one.
  if (two.variation < 0.15 && two.variation < e.variation / 3) {
    return as("2", `${DONE[2]} has nearly the same sum in every cell`);
  }
  const undo = max > LARGEST_CP10K && two.variation < e.variation ? "2" : "e";
  return as(undo, `nothing shows the base for certain, ${undo} is taken`, [
    `Nothing in the values shows the base of their logarithms for certain; ${undo} was taken. If it is another, say ` +
    `--values log1p, log2 or log10.`,
  ]);
}
