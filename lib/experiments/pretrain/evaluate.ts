import { fitLogisticRegression, fitMajority } from "../../baselines/mod.ts";
import { type CellModel, encodeMatrix, fitTemperature, selectTypes } from "../../cell/mod.ts";
import { type LabelledCells, orderedBatches } from "../../genes/mod.ts";
import { accuracy, macroF1 } from "../../metrics/mod.ts";
import type { PretrainingData } from "./sets.ts";
import { argmax, cosines, denseColumns, rowAt, stackTables, type Table, tableOf } from "../../matrix/mod.ts";

/** Features of the baselines: the most informative genes, at most this many. */
const BASELINE_GENES = 2000;

/** Cells with their embeddings and classes. */
interface EmbeddedCells {
  readonly vectors: Table;
  /** Scores of the classes, before the softmax. */
  readonly scores: Table;
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
  return { ...model, temperature: fitTemperature(cosines(cells.vectors, types).data, truth) };
}

/** Labelled cells with their true type and what the model calls them, all by Cell Ontology id. */
export interface NamedCells {
  /** Cell embeddings, `[cells, width]`. */
  readonly vectors: Table;
  readonly truth: readonly string[];
  /** By the classifier. */
  readonly classifier: readonly string[];
  /** By cosine with the text vectors of the classes alone. */
  readonly text: readonly string[];
}

/** Names the test cells of all studies. */
export function nameTestCells(model: CellModel, data: PretrainingData): NamedCells {
  const { vectors, scores, classes } = embedLabelled(model, data.studies.map(({ test }) => test));
  return {
    vectors,
    truth: names(model, classes),
    classifier: names(model, bestClasses(scores)),
    text: nameByText(model, vectors),
  };
}

/** Scores of the types predicted for the test cells, by the classifier and by text. */
export function scoreTypes(
  { truth, classifier, text }: NamedCells,
): { classifier: TypeScores; text: TypeScores } {
  return { classifier: scores(truth, classifier), text: scores(truth, text) };
}

/** Embeddings, scores and classes of the rows of some sets, in their order. */
export function embedLabelled(model: CellModel, sets: readonly LabelledCells[]): EmbeddedCells {
  const batches = [...orderedBatches(sets, 256)];
  const read = batches.map(({ cells }) => encodeMatrix(model, cells));
  return {
    vectors: stackTables(read, model.config.width),
    scores: stackTables(
      read.map(({ scores }) => tableOf(scores, model.classes.length)),
      model.classes.length,
    ),
    classes: Int32Array.from(batches.flatMap(({ classes }) => [...classes])),
  };
}

const names = (model: CellModel, classes: Int32Array): string[] =>
  Array.from(classes, (label) => model.classes[label]);

const bestClasses = (scores: Table): Int32Array =>
  Int32Array.from({ length: scores.rows }, (_, row) => argmax(rowAt(scores, row)));

function nameByText(model: CellModel, vectors: Table): string[] {
  const types = selectTypes(model.types, model.classes);
  const similar = cosines(vectors, types);
  return Array.from({ length: similar.rows }, (_, row) => types.ids[argmax(rowAt(similar, row))]);
}

const scores = (truth: readonly string[], predicted: readonly string[]): TypeScores => ({
  accuracy: accuracy(truth, predicted),
  macro_f1: macroF1(truth, predicted),
});

/** Scores of simple methods on the same cells: the commonest type, and logistic regression on expression. */
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
): Table & { classes: Int32Array } {
  const labelled = sets.map((set) => ({ ...set, rows: set.rows.filter((row) => set.classes[row] >= 0) }));
  const batches = [...orderedBatches(labelled, 256)];
  return {
    ...stackTables(batches.map(({ cells }) => denseColumns(cells, genes)), genes.length),
    classes: Int32Array.from(batches.flatMap(({ classes }) => [...classes])),
  };
}
