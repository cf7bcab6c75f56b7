import * as tf from "../../tensor/mod.ts";
import { argmax, type FeatureTable, fitLogisticRegression, fitMajority } from "../../baselines/mod.ts";
import {
  type CellModel,
  classifyCells,
  embedMatrix,
  fitTemperature,
  selectTypes,
  textSimilarities,
} from "../../cell/mod.ts";
import { type CellBatch, type LabelledCells, orderedBatches } from "../../genes/mod.ts";
import { accuracy, macroF1 } from "../../metrics/mod.ts";
import type { PretrainingData } from "./sets.ts";

/** Features of the baselines: the most informative genes, at most this many. */
const BASELINE_GENES = 2000;

/** Cells with their embeddings and classes. */
interface EmbeddedCells {
  readonly vectors: Float32Array;
  readonly classes: Int32Array;
}

/** Accuracy and macro-F1 by name. */
export type TypeScores = Record<"accuracy" | "macro_f1", number>;

/** A model whose confidences are calibrated on the validation cells. */
export function calibrate(model: CellModel, data: PretrainingData): CellModel {
  const cells = embedLabelled(model, data.studies.map(({ validation }) => validation));
  const types = selectTypes(model.types, model.classes);
  const column = new Map(types.ids.map((id, i) => [id, i]));
  const truth = cells.classes.map((label) => label < 0 ? -1 : column.get(model.classes[label]) ?? -1);
  return { ...model, temperature: fitTemperature(textSimilarities(cells.vectors, types), truth) };
}

/** Labelled cells with their true type and what the model calls them, all by Cell Ontology id. */
export interface NamedCells {
  /** Cell embeddings, `[cells, width]`. */
  readonly vectors: Float32Array;
  readonly truth: readonly string[];
  /** By the classifier. */
  readonly classifier: readonly string[];
  /** By cosine with the text vectors of the classes alone. */
  readonly text: readonly string[];
}

/** Names the test cells of all studies. */
export function nameTestCells(model: CellModel, data: PretrainingData): NamedCells {
  const { vectors, classes } = embedLabelled(model, data.studies.map(({ test }) => test));
  return {
    vectors,
    truth: names(model, classes),
    classifier: names(model, classify(model, vectors)),
    text: nameByText(model, vectors),
  };
}

/** How well the test cells are named, by the classifier and by text. */
export function scoreTypes(
  { truth, classifier, text }: NamedCells,
): { classifier: TypeScores; text: TypeScores } {
  return { classifier: scores(truth, classifier), text: scores(truth, text) };
}

function embedLabelled(model: CellModel, sets: readonly LabelledCells[]): EmbeddedCells {
  const parts = [...orderedBatches(sets, 256)].map(({ cells, classes }) => ({
    vectors: embedMatrix(model, cells),
    classes,
  }));
  return {
    vectors: join(parts.map((it) => it.vectors)),
    classes: Int32Array.from(parts.flatMap((it) => [...it.classes])),
  };
}

function join(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const names = (model: CellModel, classes: Int32Array): string[] =>
  Array.from(classes, (label) => model.classes[label]);

function classify({ params, config }: CellModel, vectors: Float32Array): Int32Array {
  return tf.tidy(() => {
    const cells = tf.tensor2d(vectors, [vectors.length / config.width, config.width]);
    return tf.argMax(classifyCells(params.classifier, cells), 1).dataSync<"int32">().slice();
  });
}

function nameByText(model: CellModel, vectors: Float32Array): string[] {
  const types = selectTypes(model.types, model.classes);
  const similarities = textSimilarities(vectors, types);
  const width = types.ids.length;
  const rows = Array.from({ length: similarities.length / width }, (_, row) => row * width);
  return rows.map((at) => types.ids[argmax(similarities.subarray(at, at + width))]);
}

const scores = (truth: readonly string[], predicted: readonly string[]): TypeScores => ({
  accuracy: accuracy(truth, predicted),
  macro_f1: macroF1(truth, predicted),
});

/** What a user would try first, on the same cells: the commonest type, and logistic regression on expression. */
export function scoreBaselines(
  model: CellModel,
  data: PretrainingData,
  { seed }: { seed: number },
): Record<string, TypeScores> {
  const genes = mostInformative(model.informativeness);
  const train = featureTable(data.studies.map((it) => it.train), genes);
  const test = featureTable(data.studies.map((it) => it.test), genes);
  const truth = names(model, test.classes);
  const labels = names(model, train.classes);
  return {
    majority: scores(truth, fitMajority(train, labels, { seed }).predict(test).labels),
    logistic_regression: scores(truth, fitLogisticRegression(train, labels, { seed }).predict(test).labels),
  };
}

function mostInformative(informativeness: Float32Array): Int32Array {
  const order = Int32Array.from(informativeness.keys()).sort((a, b) =>
    informativeness[b] - informativeness[a]
  );
  return order.slice(0, BASELINE_GENES);
}

/** Labelled cells by genes, dense. */
function featureTable(
  sets: readonly LabelledCells[],
  genes: Int32Array,
): FeatureTable & { classes: Int32Array } {
  const labelled = [...orderedBatches(sets, 256)].flatMap((batch) => labelledRows(batch));
  const column = new Map(Array.from(genes, (gene, i) => [gene, i]));
  const features = new Float32Array(labelled.length * genes.length);
  labelled.forEach(({ batch, row }, at) => {
    for (let i = batch.cells.indptr[row]; i < batch.cells.indptr[row + 1]; i++) {
      const to = column.get(batch.cells.indices[i]);
      if (to !== undefined) features[at * genes.length + to] = batch.cells.data[i];
    }
  });
  const classes = Int32Array.from(labelled, ({ batch, row }) => batch.classes[row]);
  return { features, rows: labelled.length, cols: genes.length, classes };
}

const labelledRows = (batch: CellBatch): { batch: CellBatch; row: number }[] =>
  Array.from(batch.classes.keys()).filter((row) => batch.classes[row] >= 0).map((row) => ({ batch, row }));
