import type { CellSource } from "../../data/mod.ts";
import { dataError } from "../../runtime/mod.ts";
import { scaledByGene } from "./by_gene.ts";
import { bySize, constantTotal, correctedCounts, planOf, scaled, short } from "./by_size.ts";
import { MAX_LOG } from "./cell.ts";
import { badValueError, findBad, placeOf } from "./check.ts";
import type { AskedValues, DetectedValues, ValueKind } from "./kinds.ts";
import { sampledRows } from "./sample.ts";
import { CONSTANT, spread, type Stats, statsOf, totals } from "./stats.ts";
import { type Survey, surveyCells } from "./survey.ts";
import { DONE, STATES, type Undo } from "./undo.ts";

/** Options for detection. */
export interface DetectOptions {
  /** The form stated by the caller; an error if the values cannot have that form. */
  readonly expect?: AskedValues;
  /** Cells by which one decides, spread over the file; every cell is looked at after that. Default 256. */
  readonly sample?: number;
}

/**
 * Says what a matrix holds and how each cell is brought back to counts, or to amounts in proportion to them.
 *
 * Every undoing in use (none, e^x - 1, 2^x - 1, 10^x - 1, a square, logarithms taken twice) is tried on sampled
 * cells: where a cell becomes whole multiples of its smallest value, counts were there, and they come back exactly.
 * Where none does: equal totals of all cells tell the undoing, negative values or genes of equal deviation mean
 * scaled, and the rest is told by size. After that every cell of the file is looked at.
 *
 * @throws {KcellfmError} tag "data", when the values cannot be `expect`, none is stored, or one (row and gene are
 * named) is negative among positive kinds or not a finite number.
 */
export function detectValues(
  source: CellSource,
  { expect, sample = 256 }: DetectOptions = {},
): DetectedValues {
  if (source.nObs === 0) {
    throw dataError(`Cannot use ${source.name}: it has no cells; give a file with at least one`);
  }
  const stats = statsOf(filledCells(source, sample), source.nVars);
  const found = negativeKind(stats, source) ?? decide(stats, source.nVars);
  const wanted = expect === undefined ? found : asAsked(found, stats, { expect, name: source.name });
  return wanted.plan ? confirmed(wanted, surveyCells(source, wanted.plan)) : wanted;
}

function filledCells(source: CellSource, sample: number) {
  const cells = [...sampledRows(source, sample)];
  for (const cell of cells) {
    const bad = findBad(cell, { signed: true });
    if (bad) throw badValueError(bad, source);
  }
  const filled = cells.filter(({ values }) => values.length > 0);
  if (filled.length > 0) return filled;
  throw dataError(
    `Cannot use ${source.name}: all of its sampled values are zero; choose another matrix with --layer or --use-raw`,
  );
}

/** Fewer negative values than this share are mistakes, not scaling. */
const STRAY = 0.01;

/** Scaled, where values are negative and do not lie above a floor; null where none is. */
function negativeKind({ min, floor, negative, cells }: Stats, source: CellSource): DetectedValues | null {
  const first = cells.map((cell) => findBad(cell)).find((bad) => bad !== null);
  if (floor || !first) return null;
  if (negative < STRAY) throw badValueError(first, source);
  return scaled(`there are negative values (down to ${short(min)}, the first in ${placeOf(first, source)})`);
}

function decide(stats: Stats, genes: number): DetectedValues {
  const { max, cells, integers, even } = stats;
  if (even && isRich(stats)) return binary(stats);
  if (integers === 1) return counts(stats, `all values are integers (up to ${short(max)})`);
  return wholeKind(stats) ?? constantTotal(stats) ?? correctedCounts(stats) ??
    scaledByGene(cells, genes) ?? bySize(stats);
}

/** So many values that those of a cell are all the same by no accident. */
const isRich = ({ cells }: Stats): boolean =>
  cells.reduce((sum, { values }) => sum + values.length, 0) >= 500;

const counts = (stats: Stats, evidence: string): DetectedValues => ({
  kind: "counts",
  evidence,
  plan: planOf(stats, "none", true),
});

const binary = (stats: Stats): DetectedValues => ({
  kind: "binary",
  evidence: `all values of a cell are the same (${short(stats.max)}): they only say which genes are there`,
  plan: planOf(stats, "none", true),
  doubts: [
    "The values only say which genes a cell has (binarised): about half of the labels may be others than by counts.",
  ],
});

const KIND_OF: Readonly<Record<Undo, ValueKind>> = {
  none: "size_normalised",
  e: "log1p",
  "2": "log1p",
  "10": "log1p",
  square: "square_root",
  ee: "log1p",
  "22": "log1p",
};

/** Where half of the cells that could show it are whole multiples of their smallest value. */
function wholeKind(stats: Stats): DetectedValues | null {
  const ways = [...stats.wholes].sort((a, b) => b[1].length - a[1].length);
  const cells = ways.reduce((sum, [, list]) => sum + list.length, 0);
  if (ways.length === 0 || 2 * cells < stats.telling) return null;
  const [undo, list] = ways[0];
  const { mean, variation } = spread(totals(stats.cells, undo));
  const total = !stats.floor && variation < CONSTANT ? mean : undefined;
  const amounts = undo === "none" ? "values" : DONE[undo];
  const what = stats.floor ? `${amounts} above each cell's smallest value` : amounts;
  const areCounts = 2 * list.filter(({ unit }) => Math.abs(unit - 1) < 1e-3).length > list.length;
  const sums = total === undefined
    ? ""
    : `${undo === "none" ? "every cell" : amounts} sums to ${short(total)}${
      undo === "none" ? "" : " in every cell"
    }; `;
  const evidence = areCounts
    ? `in ${list.length} of ${stats.telling} cells ${what} are integers: counts without size factors`
    : `${sums}in ${list.length} of ${stats.telling} cells ${what} are whole multiples of the smallest: counts come back`;
  const kind = areCounts && undo === "none" ? "counts" : KIND_OF[undo];
  return { kind, evidence, total, plan: planOf(stats, undo, true) };
}

const ASKED_UNDO: Readonly<Record<AskedValues, Undo>> = {
  counts: "none",
  size_normalised: "none",
  log1p: "e",
  log2: "2",
  log10: "10",
  square_root: "square",
};

function asAsked(
  found: DetectedValues,
  stats: Stats,
  { expect, name }: { expect: AskedValues; name: string },
): DetectedValues {
  const problem = contradiction(stats, expect);
  if (problem) {
    throw dataError(
      `Cannot read ${name} as ${expect}: ${problem}; it looks like ${found.kind} ` +
        `(choose another layer or raw, or name the right kind)`,
    );
  }
  if (found.kind === expect) return found;
  return {
    kind: expect === "log2" || expect === "log10" ? "log1p" : expect,
    evidence: `as asked (it looks like ${found.kind}: ${found.evidence})`,
    plan: planOf(stats, ASKED_UNDO[expect], false),
    doubts: [
      `The values were read as ${expect} because you said so; they look like ${found.kind}: ${found.evidence}.`,
    ],
  };
}

/** The reason why the values cannot have a form; looking like another form is no such reason. */
function contradiction({ min, max, floor }: Stats, expect: AskedValues): string | null {
  const isLog = expect.startsWith("log");
  if (min < 0 && !(floor && isLog)) return `it holds negative values (down to ${short(min)})`;
  if (isLog && max > MAX_LOG) return `its largest value is ${short(max)}, too large for a logarithm`;
  return null;
}

/** Adds what a look at every cell showed. */
function confirmed(found: DetectedValues, { cells, others }: Survey): DetectedValues {
  if (others.size === 0) return found;
  const parts = [...others].map(([undo, other]) =>
    `${other.cells} of ${cells} cells are ${STATES[undo]} (the first: ${other.first})`
  );
  const doubt = `Not all cells were treated alike: ${parts.join("; ")}. Each was brought back by itself.`;
  return {
    ...found,
    evidence: `${found.evidence}; ${parts.join("; ")}`,
    doubts: [...found.doubts ?? [], doubt],
  };
}
