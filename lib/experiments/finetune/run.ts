import { join } from "node:path";
import { disposeModel, type TypeSpace } from "../../cell/mod.ts";
import { type Result, startRun } from "../../metrics/mod.ts";
import { type LabelTerms, type Ontology, scoreLabels } from "../../ontology/mod.ts";
import { createRng } from "../../runtime/mod.ts";
import { typeSpace } from "../pretrain/mod.ts";
import { type Split, splitCells, splitName } from "../../baselines/mod.ts";
import {
  type Answer,
  answerBaseline,
  answerLinear,
  answerTuned,
  BASELINES,
  type FitBaseline,
  type FoldAnswers,
  type FoldData,
  hideFold,
  OURS,
  readFold,
  type TunedAnswers,
} from "./fold.ts";
import { saveTuned, type TunedModel } from "./saved.ts";
import { type ExperimentSet, type PreparedSet, prepareSet } from "./prepare.ts";
import type { HiddenCells } from "./hidden.ts";
import { type RunSettings, tuningResult } from "./result.ts";
import { randomStart } from "./start.ts";
import { epochsFor, TUNE_SETTINGS, type TuneSettings } from "./tune_settings.ts";

/** Engine, model and settings of an experiment. */
export interface ExperimentOptions extends RunSettings {
  readonly ontology: Ontology;
  readonly tune?: Partial<TuneSettings>;
  /** Also tune without pretraining and without the ontology; default true. */
  readonly ablations?: boolean;
  /** Default {@linkcode BASELINES}. */
  readonly baselines?: Readonly<Record<string, FitBaseline>>;
  /** Further readings of each cell with hidden genes, averaged; default none. */
  readonly draws?: number;
  /** Folder that takes the tuned model of the first split ({@linkcode saveTuned}); default: it is not kept. */
  readonly save?: string;
  /** Further files of the tuned model, by name; default none. */
  readonly beside?: Readonly<Record<string, Uint8Array>>;
  /** Folder that keeps the state of each tuning, from which the same run continues; default: none is kept. */
  readonly resume?: string;
  readonly onProgress?: (progress: ExperimentProgress) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** Progress of an experiment. */
export interface ExperimentProgress {
  /** Methods done over all splits, and all there are; a method under way counts by its share. */
  readonly done: number;
  readonly total: number;
  /** The current step: "patient_2: kcellfm, loss 0.31". */
  readonly note: string;
}

/** A finished experiment: its results file and what its figures are made of. */
export interface ExperimentRun {
  readonly set: PreparedSet;
  readonly result: Result;
  readonly folds: readonly FoldAnswers[];
}

/**
 * Fine-tunes the model and fits every baseline on the same splits and genes, and scores all of them on the same test
 * cells. Rows of the results beside the baselines: `encoder_alone` and `linear_alone` are the two paths of the model,
 * `no_pretraining` goes the same way from random weights, `no_ontology` leaves the text vectors out of tuning.
 */
export async function runExperiment(set: ExperimentSet, options: ExperimentOptions): Promise<ExperimentRun> {
  const finish = startRun();
  const prepared = prepareSet(set, options.start.model.vocabulary);
  const rng = createRng(options.seed).split(set.name);
  const splits = splitCells(prepared, options.split, { repeats: options.repeats, rng: rng.split("splits") });
  const plan = methodsOf(prepared, options);
  const folds: FoldAnswers[] = [];
  for (const [i, split] of splits.entries()) {
    options.signal?.throwIfAborted();
    folds.push(await runFold({ prepared, split, options, plan, at: i, of: splits.length }));
  }
  const cells = folds.reduce((sum, { truth }) => sum + truth.length, 0);
  const result = tuningResult(prepared, folds, { settings: options, facts: finish(cells) });
  return { set: prepared, folds, result };
}

/** The methods that a fold goes through, and the data that they share. */
interface Plan {
  readonly baselines: Readonly<Record<string, FitBaseline>>;
  /** Ablations that differ from the model on this set. */
  readonly ablations: readonly ("no_pretraining" | "no_ontology")[];
  readonly labelTerms: LabelTerms | null;
}

function methodsOf(set: PreparedSet, options: ExperimentOptions): Plan {
  const { ablations = true, baselines = BASELINES, ontology, start } = options;
  const known = new Set(start.model.types.ids);
  const terms = set.terms ?? new Map<string, string>();
  const ranks = [...terms.values()].some((id) => known.has(id)) && (options.tune?.ontology ?? 1) > 0;
  const possible = [
    ...(start.name === "random" ? [] : ["no_pretraining" as const]),
    ...(ranks ? ["no_ontology" as const] : []),
  ];
  return {
    baselines,
    ablations: ablations ? possible : [],
    labelTerms: terms.size > 0 ? { terms, ontology } : null,
  };
}

interface FoldJob {
  readonly prepared: PreparedSet;
  readonly split: Split;
  readonly options: ExperimentOptions;
  readonly plan: Plan;
  /** Splits done, of how many. */
  readonly at: number;
  readonly of: number;
}

async function runFold(job: FoldJob): Promise<FoldAnswers> {
  const { prepared, split, options, plan } = job;
  const { baselines, ablations } = plan;
  const { seed } = options;
  const fold = readFold(prepared, split);
  const methods = Object.keys(baselines).length + 2 + ablations.length;
  let done = job.at * methods;
  const report = async (note: string, part = 0) =>
    await options.onProgress?.({
      done: done + part,
      total: job.of * methods,
      note: `${split.name}: ${note}`,
    });
  const answers: Record<string, Answer> = {};
  for (const [name, fit] of Object.entries(baselines)) {
    await report(name);
    answers[name] = answerBaseline(fit, fold, seed);
    done++;
  }
  await report("linear path");
  const { path: linear, answer } = answerLinear(fold, seed);
  done++;
  const tune = tuner({ ...job, fold, linear, report });
  const tuned = await tune(OURS);
  done++;
  Object.assign(answers, { linear_alone: answer, encoder_alone: tuned.encoder, [OURS]: tuned.fused });
  for (const name of ablations) {
    answers[name] = (await tune(name)).fused;
    done++;
  }
  const scores = Object.fromEntries(
    Object.entries(answers).map((
      [name, { labels }],
    ) => [name, scoreLabels(fold.truth, labels, plan.labelTerms)]),
  );
  return { split, truth: fold.truth, classes: fold.classes, answers, scores, tuned };
}

type Tuner = (name: string) => Promise<TunedAnswers>;

/** Tunes the model or one of its ablations on a fold. */
function tuner(
  job: FoldJob & {
    fold: FoldData;
    linear: ReturnType<typeof answerLinear>["path"];
    report: (note: string, part?: number) => Promise<void>;
  },
): Tuner {
  const { fold, linear, options, prepared, report } = job;
  const { seed, start, tune = {}, draws = 0, signal, resume } = options;
  const batches = Math.ceil(fold.train.length / (tune.batchSize ?? TUNE_SETTINGS.batchSize));
  const steps = batches * epochsFor(fold.train.length, tune);
  let shared: HiddenCells | null | undefined;
  return async (name) => {
    const isRandom = name === "no_pretraining";
    if (!isRandom && shared === undefined) shared = hideFold(start.model, fold, tune);
    const from = isRandom ? randomStart(start.model, createRng(seed).split("random")) : start;
    const space = name === "no_ontology" ? null : spaceOf(fold, prepared, options);
    try {
      return await answerTuned(from.model, fold, {
        ...tune,
        seed,
        linear,
        space,
        draws,
        hidden: isRandom ? undefined : shared,
        signal,
        directory: resume && join(resume, `${job.at}-${name}`),
        keep: name === OURS && job.at === 0 ? keeper(prepared, options) : undefined,
        onStep: ({ step, loss }) => report(`${name}, loss ${loss.toFixed(2)}`, Math.min(1, step / steps)),
      });
    } finally {
      space?.vectors.dispose();
      if (isRandom) disposeModel(from.model);
    }
  };
}

/** Saves a tuned model where the options name a folder; its checkpoint says what it has seen. */
function keeper(set: PreparedSet, { save, beside, start, seed, preset, split }: ExperimentOptions) {
  if (save === undefined) return undefined;
  const studies = [...start.studies, set.name].map((name) => ({ name }));
  const made = { tuned_on: set.name, split: splitName(split), checkpoint: start.name, studies, preset, seed };
  return async (tuned: TunedModel) => await saveTuned(save, tuned, { made, beside });
}

/** The ontology as the ranking loss sees it, where some class of the fold has a text vector. */
function spaceOf(
  fold: FoldData,
  { terms }: PreparedSet,
  { start, ontology }: ExperimentOptions,
): TypeSpace | null {
  const classes = fold.classes.map((label) => terms?.get(label) ?? "");
  const known = new Set(start.model.types.ids);
  return classes.some((id) => known.has(id)) ? typeSpace(start.model.types, { classes, ontology }) : null;
}
