import { fitPooled, type PooledBatch, type PooledModel } from "../../baselines/mod.ts";
import { meaningMask, type Meanings, type ReadingRule, readProfiles } from "../../cell/mod.ts";
import { type LabelledCells, VIEW_RATES } from "../../genes/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { createRng } from "../../runtime/mod.ts";
import { type PretrainingData, type Seeing, seenBatches, studyMeanings } from "../pretrain/mod.ts";

/** Models of the same corpus that anyone could make in minutes. */
export const RIVALS = {
  /** One hidden layer of 256, labels of any grain, drawn panels and depths: the rival to beat. */
  perceptron: { hidden: 256, anyGrain: true, views: VIEW_RATES },
  /** Pooled logistic regression: labels as they come, genes as they come. */
  logistic_regression: { hidden: 0, anyGrain: false, views: undefined },
} as const;

export type RivalName = keyof typeof RIVALS;

/** Training options of rivals. */
export interface RivalOptions {
  readonly ontology: Ontology;
  /** The rule for reading profiles: the genes of the model that they are compared with. */
  readonly rule: ReadingRule;
  readonly epochs: number;
  readonly seed: number;
  /** Genes of the vocabulary that count; default: all. */
  readonly kept?: ReadonlySet<number>;
  readonly onEpoch?: (rival: RivalName, epoch: number, loss: number) => void;
}

/** Trains a rival on the training cells of a corpus. */
export function fitRival(name: RivalName, data: PretrainingData, options: RivalOptions): PooledModel {
  const { rule, epochs, seed, ontology, kept, onEpoch } = options;
  const { hidden, anyGrain, views } = RIVALS[name];
  const sets = data.studies.map(({ train }) => train);
  const own = data.classes.map((_, place) => [place]);
  const meanings = anyGrain ? studyMeanings(data, ontology) : data.studies.map(() => own);
  const rng = createRng(seed).split(name);
  return fitPooled({
    inputs: rule.config.profile?.genes ?? 0,
    classes: data.classes.length,
    hidden,
    epochs,
    seed,
    batches: (epoch) =>
      pooledBatches(sets, { rule, meanings, kept, width: data.classes.length }, {
        batchSize: 128,
        perType: 150,
        views,
        rng: rng.split(epoch),
      }),
    onEpoch: (epoch, loss) => onEpoch?.(name, epoch, loss),
  });
}

function* pooledBatches(
  sets: readonly LabelledCells[],
  { rule, meanings, kept, width }: {
    rule: ReadingRule;
    meanings: Meanings;
    kept?: ReadonlySet<number>;
    width: number;
  },
  seeing: Parameters<typeof seenBatches>[1] & Seeing,
): Generator<PooledBatch> {
  for (const { batch: { cells, classes, studies }, measured } of seenBatches(sets, seeing)) {
    const seen = kept
      ? measured.map((own) => own.map((has, gene) => has && kept.has(gene) ? 1 : 0))
      : measured;
    const features = readProfiles(rule, cells, (row) => seen[studies[row]]);
    const mask = meaningMask({ classes, studies, meanings }, width);
    if (mask.labelled > 0) yield { features, rows: cells.rows, ...mask };
  }
}
