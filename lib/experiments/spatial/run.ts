import { join } from "node:path";
import {
  AS_THEY_ARE,
  type ExperimentOptions,
  type ExperimentRun,
  type ExperimentSet,
  type FoldAnswers,
  runExperiment,
  type StartingPoint,
  type TuneSettings,
} from "../finetune/mod.ts";
import { scoreLabels } from "../../ontology/mod.ts";
import { answerWithNeighbours, withNeighbours } from "./neighbourhood.ts";
import { spatialResult } from "./result.ts";
import { panelFile } from "./saved.ts";
import type { SpatialSet } from "./sets.ts";
import { ruleOf, type SpatialSplit, splitBy } from "./split.ts";
import { chooseCoding, codeValues, markerSource, measureCoding, type ValueCoding } from "./values.ts";

/** Options of a spatial experiment beside its cells. */
export interface SpatialOptions extends Omit<ExperimentOptions, "task" | "split"> {
  readonly split: SpatialSplit;
  /** Nearest cells whose mean is the neighbourhood; 0 leaves its row out. Default 10. */
  readonly neighbours?: number;
  /** Default: chosen on the validation cells of each repeat. */
  readonly coding?: ValueCoding;
  /** A marker table in front of the shipped one. */
  readonly markers?: string;
}

/** A finished experiment, with the coding of the values in each repeat. */
export interface SpatialRun extends ExperimentRun {
  readonly codings: readonly ValueCoding[];
}

/**
 * Settings that suit panels of some fifty markers and a few thousand cells: short inputs, so all layers learn. The encoder
 * then comes near the linear path or passes it (on a strip of a training half: .975 against .963), so fewer cells may
 * raise it.
 */
export const SPATIAL_TUNING: Partial<TuneSettings> = {
  layers: "all",
  epochs: 10,
  batchSize: 32,
  peak: 2e-3,
  hide: 0.1,
  ontology: 0.1,
  patience: 4,
  linearFirst: 1,
};

/** Cells whose neighbours count, unless asked otherwise. */
export const NEIGHBOURS = 10;

/**
 * Tunes the model to tell the types of tissue cells by their markers, every marker a token whatever its value, beside the
 * baselines on the same values; then once more with each cell's neighbourhood, as a row of its own.
 *
 * @throws {KcellfmError} tag "data", when a marker has no gene.
 */
export async function runSpatial(set: SpatialSet, options: SpatialOptions): Promise<SpatialRun> {
  const runs: SpatialRun[] = [];
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    runs.push(await runRepeat(set, options, repeat));
  }
  const [folds, codings] = [runs.flatMap((run) => run.folds), runs.flatMap((run) => run.codings)];
  const about = { origin: set.origin, neighbours: options.neighbours ?? NEIGHBOURS };
  const result = spatialResult(runs.map((run) => run.result), folds, {
    values: [...new Set(codings)].join(", "),
    ...about,
  });
  return { ...runs[0], folds, codings, result };
}

async function runRepeat(set: SpatialSet, options: SpatialOptions, repeat: number): Promise<SpatialRun> {
  const { cells } = set;
  const seed = options.seed + repeat;
  const rule = ruleOf(cells, options.split, { seed: options.seed, repeat });
  const split = splitBy(cells, rule, seed);
  const coding = options.coding ?? chooseCoding(cells, split, { seed });
  const learned = Int32Array.from([...split.train, ...split.validation]).sort();
  const measured = measureCoding(cells, coding, learned);
  const values = codeValues(cells, measured);
  const { onProgress } = options;
  const run = await runExperiment(experimentSet(set, values, options), {
    ...options,
    task: "spatial",
    split: rule,
    repeats: 1,
    seed,
    start: panelStart(options.start, set),
    save: repeat === 0 ? options.save : undefined,
    resume: options.resume && join(options.resume, String(repeat)),
    beside: panelFile({ ...measured, markers: cells.markers }),
    tune: { ...SPATIAL_TUNING, length: tokensOf(set, options.start), ...options.tune },
    ...(onProgress && {
      onProgress: ({ done, total, note }) =>
        onProgress({ done: done + repeat * total, total: total * options.repeats, note }),
    }),
  });
  const fold = withNeighbourRows(set, run.folds[0], { values, options, seed });
  return {
    ...run,
    folds: [{ ...fold, split: { ...fold.split, name: String(repeat + 1) } }],
    codings: [coding],
  };
}

/** Panels are read whole, in the order of their columns; genes as in pretraining. */
function panelStart(start: StartingPoint, { cells }: SpatialSet): StartingPoint {
  if (cells.kind !== "panel") return start;
  return { ...start, model: { ...start.model, config: { ...start.model.config, selection: "all" } } };
}

const tokensOf = ({ cells }: SpatialSet, { model }: StartingPoint): number =>
  cells.kind === "panel" ? cells.markers.length + 1 : model.config.length;

function experimentSet(
  { name, real, sha256, cells, terms, published }: SpatialSet,
  features: Float32Array,
  { start, markers }: SpatialOptions,
): ExperimentSet {
  return {
    name,
    real,
    sha256,
    labels: cells.labels,
    terms,
    published,
    source: markerSource(cells, features, { genes: start.model.vocabulary.symbols, markers }),
    values: AS_THEY_ARE,
    coordinates: { x: cells.x, y: cells.y },
  };
}

function withNeighbourRows(
  { cells, terms }: SpatialSet,
  fold: FoldAnswers,
  { values, options, seed }: { values: Float32Array; options: SpatialOptions; seed: number },
): FoldAnswers {
  const k = options.neighbours ?? NEIGHBOURS;
  if (k === 0) return fold;
  const table = withNeighbours(cells, values, k);
  const answers = answerWithNeighbours(cells, fold, {
    table,
    seed,
    strength: options.tune?.linearFirst ?? SPATIAL_TUNING.linearFirst,
  });
  const labelTerms = terms.size > 0 ? { terms, ontology: options.ontology } : null;
  const scores = Object.entries(answers).map((
    [name, { labels }],
  ) => [name, scoreLabels(fold.truth, labels, labelTerms)]);
  return {
    ...fold,
    answers: { ...fold.answers, ...answers },
    scores: { ...fold.scores, ...Object.fromEntries(scores) },
  };
}
