import { readCycleGenes } from "../../genes/mod.ts";
import { readFeatures } from "../../cell/mod.ts";
import {
  type ExperimentOptions,
  type ExperimentRun,
  type FoldAnswers,
  type PreparedSet,
  runExperiment,
  type TuneSettings,
} from "../finetune/mod.ts";
import { scoreLabels } from "../../ontology/mod.ts";
import { type AngleRun, runAngles } from "./angles.ts";
import { type PhaseScores, scorePhases } from "./phase_scores.ts";
import type { CycleSet } from "./read.ts";
import { cycleResult, SCORES } from "./result.ts";

/** A finished experiment on the cell cycle. */
export interface CycleRun extends ExperimentRun {
  /** Scores of every cell of the set, which use no label. */
  readonly phaseScores: PhaseScores;
  /** Predicted angles, where angles were measured. */
  readonly angles: AngleRun | null;
}

/**
 * Settings for a hundred or two training cells: more steps by smaller batches. On Buettner's cells the least validation
 * loss was at epoch 4 of 12.
 */
export const CYCLE_TUNING: Partial<TuneSettings> = { batchSize: 16, epochs: 6, length: 128, peak: 2e-3 };

/**
 * Names the phase of each test cell, by the tuned model and its rivals, to which the cell cycle scores of Seurat are
 * added; and predicts its angle where angles were measured.
 */
export async function runCellCycle(set: CycleSet, options: ExperimentOptions): Promise<CycleRun> {
  const settings = { ...options, tune: { ...CYCLE_TUNING, ...options.tune } };
  const run = await runExperiment(set, settings);
  const symbols = options.start.model.vocabulary.symbols;
  const phaseScores = scoreCells(run.set, { symbols, seed: options.seed });
  const angles = set.angles ? await runAngles({ ...set, angles: set.angles }, settings) : null;
  const folds = run.folds.map((fold) => withScores(fold, phaseScores));
  return { ...run, folds, result: cycleResult(run.result, folds, angles), phaseScores, angles };
}

/** Scores all cells of a set on the genes that the model knows. */
function scoreCells(
  { cells, genes }: PreparedSet,
  { symbols, seed }: { symbols: readonly string[]; seed: number },
): PhaseScores {
  const rows = Int32Array.from({ length: cells.source.nObs }, (_, row) => row);
  const named = Array.from(genes, (gene) => symbols[gene]);
  return scorePhases(readFeatures(cells, genes, rows), { symbols: named, ...readCycleGenes(), seed });
}

function withScores(fold: FoldAnswers, { phases }: PhaseScores): FoldAnswers {
  const labels = Array.from(fold.split.test, (row) => phases[row]);
  return {
    ...fold,
    answers: { ...fold.answers, [SCORES]: { labels } },
    scores: { ...fold.scores, [SCORES]: scoreLabels(fold.truth, labels, null) },
  };
}
