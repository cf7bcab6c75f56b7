import {
  type IntegrationScores,
  type Result,
  resultOf,
  type RunFacts,
  scoreTable,
} from "../../metrics/mod.ts";
import { type Ontology } from "../../ontology/mod.ts";
import { type ExperimentRun, type FoldAnswers, OURS } from "../finetune/mod.ts";
import { addToTally, emptyTally, subtypeRule, type Tally, tallyMetrics } from "./tally.ts";

/** Calls of each method on the test cells of all studies. */
export function tallyFolds(folds: readonly ExperimentRun[], ontology: Ontology): Record<string, Tally> {
  const names = Object.keys(folds[0].folds[0].answers);
  const tallies = Object.fromEntries(names.map((name) => [name, emptyTally()]));
  for (const { set, folds: [fold] } of folds) {
    for (const name of names) tallyFold(tallies[name], fold, { name, terms: set.terms, ontology });
  }
  return tallies;
}

function tallyFold(
  tally: Tally,
  { truth, answers, classes }: FoldAnswers,
  { name, terms, ontology }: { name: string; terms?: ReadonlyMap<string, string>; ontology: Ontology },
): void {
  const rule = subtypeRule(ontology);
  const idOf = (label: string) => terms?.get(label) ?? label;
  const { labels, probabilities } = answers[name];
  labels.forEach((called, i) => {
    const confidence = probabilities?.[i * classes.length + classes.indexOf(called)] ?? 1;
    addToTally(tally, { truth: idOf(truth[i]), called: idOf(called), confidence }, rule);
  });
}

/** The results file: scores by scTab's rule, means and deviations over the studies, and scIB's scores of the embeddings. */
export function pbmcResult(
  folds: readonly ExperimentRun[],
  { methods, embeddings, ontology, run, facts }: {
    methods: readonly string[];
    embeddings: Readonly<Record<string, IntegrationScores>>;
    ontology: Ontology;
    run: Pick<Result, "preset" | "seed" | "backend">;
    facts: RunFacts;
  },
): Result {
  const rule = subtypeRule(ontology);
  const byStudy = folds.map(({ set, folds: [fold] }) =>
    Object.fromEntries(methods.map((name) => {
      const tally = emptyTally();
      tallyFold(tally, fold, { name, terms: set.terms, ontology });
      return [name, tallyMetrics(tally, rule)];
    }))
  );
  const { metrics, sd, baselines } = scoreTable(byStudy, OURS);
  const { [OURS]: own = {}, ...others } = embeddings;
  return resultOf({
    task: "atlas",
    set: "pbmc",
    split: "leave-one-study-out",
    repeats: folds.length,
    ...run,
    data: {
      real: true,
      cells: folds.reduce((sum, fold) => sum + fold.folds[0].truth.length, 0),
      genes: Math.max(...folds.map(({ set }) => set.genes.length)),
      studies: folds.map(({ set }) => set.name).join(", "),
      unseen_labels: folds.reduce((sum, { result }) => sum + Number(result.data.unseen_labels), 0),
      ...Object.fromEntries(folds.flatMap((fold) => Object.entries(describeFold(fold)))),
    },
    metrics: { ...metrics, ...own },
    sd,
    baselines: {
      ...baselines,
      ...Object.fromEntries(Object.entries(others).map(([name, scores]) => [name, { ...scores }])),
    },
    facts,
  });
}

/** Line of a results file on one study: the checkpoint that had not seen it, its shared genes, and the number of right calls. */
const describeFold = ({ set, result }: ExperimentRun) => ({
  [`${set.name}_checkpoint`]: String(result.data.checkpoint),
  [`${set.name}_genes`]: set.genes.length,
  [`${set.name}_accuracy`]: result.metrics.accuracy,
  [`${set.name}_ontology_accuracy`]: result.metrics.ontology_accuracy,
});
