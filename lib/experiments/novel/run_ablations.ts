import { sampleStandardDeviation } from "simple-statistics";
import { AS_PUBLISHED, disposeModel, LOSS_WEIGHTS } from "../../cell/mod.ts";
import { type Result, resultOf, startRun } from "../../metrics/mod.ts";
import { createRng, type Rng } from "../../runtime/mod.ts";
import type { Study } from "../pretrain/mod.ts";
import { drawCandidates, type Level, scoreLevels } from "./difficulty.ts";
import { gatherEvidence } from "./evidence.ts";
import type { NovelExperiment } from "./sets.ts";
import { novelSettings, type NovelTraining, trainOnSeen } from "./train.ts";
import { type Keep, kept } from "./kept.ts";
import { meansOf, publishedOf, withDeviations } from "./result.ts";
import { prototypeRule, textRule } from "./rules.ts";
import type { TypeVectors } from "../../text/mod.ts";

/** A way to train: what it changes of the experiment and of the training. */
type Ablate = (
  set: NovelExperiment,
  options: { training: NovelTraining; rng: Rng },
) => { set: NovelExperiment; training: NovelTraining };

/**
 * Controls that test the claim. `shuffled_ontology` puts every type at the place of another, in text and graph alike;
 * `random_text` keeps the graph and draws the vectors; `learned_centroids` learns them from the cells and the graph.
 */
export const ABLATIONS = {
  kcellfm: (set, { training }) => ({ set, training }),
  no_ontology_loss: (set, { training }) => ({
    set,
    training: { ...training, weights: { ...LOSS_WEIGHTS, ...training.weights, ontology: 0 } },
  }),
  shuffled_ontology: (set, { training, rng }) => ({ set: shuffleTypes(set, rng), training }),
  random_text: (set, { training, rng }) => ({
    set: { ...set, types: drawVectors(set.types, rng) },
    training,
  }),
  as_published: (set, { training }) => ({ set, training: { ...training, asPublished: AS_PUBLISHED } }),
  learned_centroids: (set, { training, rng }) => ({
    set: { ...set, types: drawVectors(set.types, rng) },
    training: { ...training, learnTypes: true },
  }),
} as const satisfies Record<string, Ablate>;

export type AblationName = keyof typeof ABLATIONS;

/** Every type of the set under the name of another one, cells and all. */
export function shuffleTypes(set: NovelExperiment, rng: Rng): NovelExperiment {
  const studies = [...set.seen, set.validation, set.novel];
  const ids = [...new Set(studies.flatMap(({ types }) => types))].filter((id) => id !== null).sort();
  const dealt = rng.shuffle([...ids]);
  const newId = new Map(ids.map((id, i) => [id, dealt[i]]));
  const rename = (study: Study): Study => ({
    ...study,
    types: study.types.map((id) => id === null ? null : newId.get(id) ?? null),
  });
  return { ...set, seen: set.seen.map(rename), validation: rename(set.validation), novel: rename(set.novel) };
}

const drawVectors = (types: TypeVectors, rng: Rng): TypeVectors => ({
  ...types,
  data: types.data.map(() => rng.normal()),
});

/** The two rules that need no choice, by ablation and seed. */
type AblationScores = Record<"text" | "prototype_pagerank", readonly Level[]>;

export interface AblationOptions {
  readonly preset: string;
  readonly backend: string;
  readonly seeds: readonly number[];
  readonly training?: Partial<NovelTraining>;
  /** Opens the set for a seed: another atlas, other novel types. */
  readonly open: (seed: number) => Promise<NovelExperiment>;
  /** Keep the scores of finished trainings; default: they are not kept. */
  readonly keep?: Keep;
  readonly onDone?: (name: AblationName, seed: number) => void;
}

/**
 * Trains every ablation on the same atlases with the same seeds. Rows of the results: the text rule under the name of the
 * ablation, the prototype rule under `<ablation>.prototype_pagerank`; means and sample deviations over the seeds.
 */
export async function runAblations(options: AblationOptions): Promise<Result> {
  const finish = startRun();
  const names = Object.keys(ABLATIONS) as AblationName[];
  const scores = new Map<AblationName, AblationScores[]>(names.map((name) => [name, []]));
  let cells = 0;
  let about: Result["data"] | null = null;
  for (const seed of options.seeds) {
    const set = await options.open(seed);
    for (const name of names) {
      const score = () => scoreAblation(name, set, { ...options, seed });
      scores.get(name)!.push(await kept(options.keep, `${name} ${seed}`, score));
      cells += set.novel.source.nObs;
      options.onDone?.(name, seed);
    }
    about ??= describe(set, options);
  }
  return resultOf({ ...tableOf(scores, options), data: about!, facts: finish(cells) });
}

async function scoreAblation(
  name: AblationName,
  original: NovelExperiment,
  { preset, seed, training: own }: AblationOptions & { seed: number },
): Promise<AblationScores> {
  const rng = createRng(seed).split("ablation");
  const settings = novelSettings(preset);
  const { set, training } = ABLATIONS[name](original, { training: { ...settings.training, ...own }, rng });
  const trained = await trainOnSeen(set, { ...training, config: settings.config, seed });
  try {
    const { prototypes } = trained;
    const { evidence, candidates, truth } = await gatherEvidence(trained.model, set.novel, {
      prototypes,
      ontology: set.ontology,
    });
    const draws = drawCandidates(candidates.length, rng.split("draws"));
    const test = { truth, candidates: candidates.length, draws, rng };
    const levelsOf = (of: typeof textRule) => scoreLevels(of(evidence), test);
    return { text: levelsOf(textRule), prototype_pagerank: levelsOf(prototypeRule) };
  } finally {
    disposeModel(trained.model);
  }
}

function describe(set: NovelExperiment, { preset }: AblationOptions): Result["data"] {
  const { config: { width, layers, length } } = novelSettings(preset);
  const cells = set.seen.reduce((sum, { source }) => sum + source.nObs, 0);
  return {
    real: set.real,
    cells: set.novel.source.nObs,
    genes: set.novel.source.nVars,
    sha256: null,
    seen_cells: cells,
    types: new Set(set.novel.types).size,
    width,
    layers,
    length,
  };
}

type Metrics = Result["metrics"];

function tableOf(
  scores: ReadonlyMap<AblationName, readonly AblationScores[]>,
  { preset, backend, seeds }: AblationOptions,
) {
  const rows = [...scores].flatMap(([name, of]) => [
    [name, overSeeds(of.map(({ text }) => meansOf(text)))] as const,
    [`${name}.prototype_pagerank`, overSeeds(of.map((it) => meansOf(it.prototype_pagerank)))] as const,
  ]);
  const [[, ours], ...others] = rows;
  return {
    task: "novel",
    set: "simulated_ablations",
    repeats: seeds.length,
    preset,
    seed: seeds[0],
    backend,
    split: `types held out, a new atlas for each of the seeds ${seeds.join(", ")}`,
    metrics: ours.mean,
    sd: ours.sd,
    baselines: Object.fromEntries(others.map(([name, { mean, sd }]) => [name, withDeviations(mean, sd)])),
    published: publishedOf("simulated_ablations"),
  };
}

function overSeeds(all: readonly Metrics[]): { mean: Metrics; sd: Metrics } {
  const names = Object.keys(all[0]);
  const values = (name: string) => all.map((metrics) => metrics[name] ?? 0);
  const of = (fold: (values: number[]) => number) =>
    Object.fromEntries(names.map((name) => [name, fold(values(name))]));
  return {
    mean: of((it) => it.reduce((sum, value) => sum + value, 0) / it.length),
    sd: of((it) => it.length > 1 ? sampleStandardDeviation(it) : 0),
  };
}
