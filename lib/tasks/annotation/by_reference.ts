import { type FeatureTable, softmaxRows } from "../../baselines/mod.ts";
import { cosines, fitTemperature } from "../../cell/mod.ts";
import { accuracy, macroF1 } from "../../metrics/mod.ts";
import { createRng, dataError, type Rng } from "../../runtime/mod.ts";
import { bestOf, noveltyOf } from "./by_text.ts";
import { fitHead, type Head, type HeadOptions } from "./head.ts";
import { type CellLabels, keyOf } from "./labels.ts";
import type { Calls, CellType } from "./types.ts";
import { type Embeddings, unitRows } from "./vectors.ts";

/** Embedded reference cells with their labels. */
export interface LabelledEmbeddings {
  readonly embeddings: Embeddings;
  readonly labels: CellLabels;
}

/** How well the head names reference cells that it did not see. */
export interface HeldOut {
  readonly cells: number;
  readonly accuracy: number;
  readonly macro_f1: number;
  /** Inverse strength of the head's penalty: the smallest that is as good as the best, see STRENGTHS. */
  readonly c: number;
  /** How far the text of the types was trusted: 0 not at all, 1 as far as the reference. */
  readonly textWeight: number;
  /** Divides its scores; fitted on the held-out cells. */
  readonly temperature: number;
  /** Nine in ten of the held-out cells are less novel than this. */
  readonly novelty90: number;
}

/**
 * Inverse strengths of the penalty that are tried. The smallest within one standard error of the best accuracy is
 * taken (Breiman et al. 1984): held-out cells come from the reference, so they cannot tell how much of a finer fit
 * carries over to another file.
 */
const STRENGTHS = [1, 10, 100];
const HELD_OUT_SHARE = 0.2;
/** Types with fewer cells than this are not held out. */
const MIN_TO_HOLD_OUT = 5;

/**
 * Names cells by a labelled reference and by what the model knows of its types ({@linkcode fitHead}). A fifth of the
 * reference is held out first, to say how good the head is and to calibrate it by one temperature; then the head is
 * fitted to all of it. novelty = 1 - the largest cosine of a cell to a type's mean embedding, both centred
 * on the reference, cut to [0, 1].
 *
 * @throws {KcellfmError} tag "data", when the reference has fewer than two types.
 */
export function callByReference(
  reference: LabelledEmbeddings,
  query: Embeddings,
  options: HeadOptions,
): Calls & { readonly heldOut: HeldOut } {
  const { table, keys, types } = labelledRows(reference);
  const heldOut = chooseByHeldOut(table, keys, options);
  const { classes, scores } = fitHead(table, keys, { ...options, c: heldOut.c });
  const logits = scores(toTable(unitRows(query))).map((score) => score / heldOut.temperature);
  const probabilities = softmaxRows(logits, classes.length);
  return {
    types: classes.map((key) => types.get(key) ?? { id: "", name: key }),
    ...bestOf(probabilities, classes.length),
    novelty: noveltyTo(table, keys, { classes, query }),
    heldOut,
  };
}

/** The labelled rows of the reference, as unit vectors, with the key of each row's type. */
function labelledRows({ embeddings, labels }: LabelledEmbeddings) {
  const types = new Map<string, CellType>();
  const rows: number[] = [];
  const keys: string[] = [];
  labels.forEach((type, row) => {
    if (type === null) return;
    const key = keyOf(type);
    if (!types.has(key)) types.set(key, type);
    rows.push(row);
    keys.push(key);
  });
  if (types.size < 2) {
    throw dataError(`Cannot use the reference: it has ${types.size} cell type, at least two are needed`);
  }
  return { table: pickRows(toTable(unitRows(embeddings)), rows), keys, types };
}

/** Reference cells parted into those that the head is fitted to and those that it is tried on. */
interface Parted {
  readonly known: FeatureTable;
  readonly knownKeys: readonly string[];
  readonly unseen: FeatureTable;
  readonly truth: readonly string[];
}

function chooseByHeldOut(table: FeatureTable, keys: readonly string[], options: HeadOptions): HeldOut {
  const { train, test } = splitByType(keys, createRng(options.seed).split("held-out"));
  if (test.length === 0) return NOT_TRIED;
  const keysOf = (rows: readonly number[]) => rows.map((row) => keys[row]);
  const parted = {
    known: pickRows(table, train),
    knownKeys: keysOf(train),
    unseen: pickRows(table, test),
    truth: keysOf(test),
  };
  const tried = STRENGTHS.map((c) =>
    scoreHeldOut(parted, fitHead(parted.known, parted.knownKeys, { ...options, c }), c)
  );
  const best = Math.max(...tried.map((scores) => scores.accuracy));
  const standardError = Math.sqrt(best * (1 - best) / test.length);
  return tried.find((scores) => scores.accuracy >= best - standardError) ?? tried[0];
}

/** For a reference with too few cells to hold any out. */
const NOT_TRIED: HeldOut = {
  cells: 0,
  accuracy: NaN,
  macro_f1: NaN,
  c: 1,
  textWeight: 1,
  temperature: 1,
  novelty90: 1,
};

function scoreHeldOut(parted: Parted, { classes, scores, textWeight }: Head, c: number): HeldOut {
  const { known, knownKeys, unseen, truth } = parted;
  const logits = scores(unseen);
  const { best } = bestOf(logits, classes.length);
  const called = Array.from(best, (k) => classes[k]);
  const novelty = noveltyTo(known, knownKeys, { classes, query: toEmbeddings(unseen) }).sort();
  return {
    cells: truth.length,
    accuracy: accuracy(truth, called),
    macro_f1: macroF1(truth, called),
    c,
    textWeight,
    temperature: fitTemperature(logits, Int32Array.from(truth, (key) => classes.indexOf(key))),
    novelty90: novelty[Math.floor(0.9 * novelty.length)],
  };
}

/** A fifth of each type with at least five cells is for testing. */
function splitByType(keys: readonly string[], rng: Rng): { train: number[]; test: number[] } {
  const train: number[] = [];
  const test: number[] = [];
  for (const rows of Map.groupBy(keys.keys(), (row) => keys[row]).values()) {
    const held = rows.length < MIN_TO_HOLD_OUT ? 0 : Math.round(rows.length * HELD_OUT_SHARE);
    const shuffled = rng.shuffle([...rows]);
    test.push(...shuffled.slice(0, held));
    train.push(...shuffled.slice(held));
  }
  return { train: train.sort((a, b) => a - b), test: test.sort((a, b) => a - b) };
}

function noveltyTo(
  table: FeatureTable,
  keys: readonly string[],
  { classes, query }: { classes: readonly string[]; query: Embeddings },
): Float32Array {
  const centre = meanOf(table, keys.map((_, row) => row));
  const means = classes.map((key) => meanOf(table, [...keys.keys()].filter((row) => keys[row] === key)));
  const directions = {
    vectors: Float32Array.from(means.flatMap((mean) => [...mean])),
    rows: means.length,
    width: table.cols,
  };
  const cells = minus(unitRows(query), centre);
  return noveltyOf(cosines(cells, minus(directions, centre)), classes.length);
}

function meanOf({ features, cols }: FeatureTable, rows: readonly number[]): Float32Array {
  const mean = new Float32Array(cols);
  for (const row of rows) for (let j = 0; j < cols; j++) mean[j] += features[row * cols + j] / rows.length;
  return mean;
}

function minus({ vectors, rows, width }: Embeddings, centre: Float32Array): Embeddings {
  return { vectors: vectors.map((value, at) => value - centre[at % width]), rows, width };
}

function pickRows({ features, cols }: FeatureTable, rows: readonly number[]): FeatureTable {
  const picked = new Float32Array(rows.length * cols);
  rows.forEach((row, i) => picked.set(features.subarray(row * cols, (row + 1) * cols), i * cols));
  return { features: picked, rows: rows.length, cols };
}

const toTable = ({ vectors, rows, width }: Embeddings): FeatureTable => ({
  features: vectors,
  rows,
  cols: width,
});
const toEmbeddings = ({ features, rows, cols }: FeatureTable): Embeddings => ({
  vectors: features,
  rows,
  width: cols,
});
