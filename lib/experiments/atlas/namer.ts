import * as tf from "../../tensor/mod.ts";
import { type CellModel, classifyCells, type Embedder, fitTemperature } from "../../cell/mod.ts";
import { flattenParams } from "../../nn/mod.ts";
import type { CellType, Ontology } from "../../ontology/mod.ts";
import { modelError } from "../../runtime/mod.ts";
import { bestOf, noveltyOf } from "../../annotate/mod.ts";
import { cosines, softmaxRows, type Table, tensorOf } from "../../matrix/mod.ts";

/** Names of a block of cells; `best` is a place in the namer's types. */
export interface NamedBlock {
  readonly best: Int32Array;
  /** Probability of that type. */
  readonly confidence: Float32Array;
  /** 1 - the largest cosine to the text of a type, in [0, 1]. */
  readonly novelty: Float32Array;
}

/** Gives cells their types by their embeddings, a block at a time. */
export interface Namer {
  readonly by: NamingRule;
  readonly types: readonly CellType[];
  /**
   * @param vectors `[cells, width]`
   * @param scores of the model's classes where the embedder gives them, `[cells, classes]`
   */
  name(vectors: Table, scores?: Float32Array): NamedBlock;
}

/** The rule that names cells: the model's classifier, or the cosine with the ontology's text alone. */
export type NamingRule = "classifier" | "text";
export const NAMING_RULES = ["classifier", "text"] as const satisfies readonly NamingRule[];

/** Names cells by the type of the largest cosine; confidence = softmax(cosine / temperature). */
export function textNamer({ types, temperature }: Embedder): Namer {
  const count = types.ids.length;
  return {
    by: "text",
    types: types.ids.map((id, i) => ({ id, name: types.names[i] })),
    name(vectors) {
      const similar = cosines(vectors, types);
      const novelty = noveltyOf(similar);
      const logits = similar.data.map((cosine) => cosine / temperature);
      return { ...bestOf(softmaxRows(logits, count), count), novelty };
    },
  };
}

/**
 * Names cells by the classifier that pretraining learned; novelty is that of the text.
 *
 * @throws {KcellfmError} tag "model", when the model does not know the ids of its classes.
 */
export function classifierNamer(model: CellModel, { types }: Embedder, ontology: Ontology): Namer {
  const { classes } = model;
  if (classes.length < 2 || classes.some((id) => !id.startsWith("CL:"))) {
    throw modelError(
      "Cannot name cells by the classifier: the checkpoint does not say which Cell Ontology terms its classes are; " +
        "use --by text",
    );
  }
  return {
    by: "classifier",
    types: classes.map((id) => ({ id, name: ontology.terms.get(id)?.name ?? id })),
    name(vectors, scores = classLogits(model, vectors)) {
      const probabilities = softmaxRows(scores.slice(), classes.length);
      const novelty = noveltyOf(cosines(vectors, types));
      return { ...bestOf(probabilities, classes.length), novelty };
    },
  };
}

/** Scores of the classes before the softmax, `[cells, classes]`. */
function classLogits({ params }: CellModel, vectors: Table): Float32Array {
  return tf.tidy(() => classifyCells(params.classifier, tensorOf(vectors)).dataSync<"float32">().slice());
}

/**
 * Divides the classifier's output layer by the temperature that fits labelled cells best, so that its softmax is
 * calibrated (Guo et al. 2017). The order of the classes stays.
 *
 * @param vectors embeddings of cells that training did not learn from
 * @param truth class of each, or -1
 * @returns the temperature
 */
export function calibrateClassifier(model: CellModel, vectors: Table, truth: Int32Array): number {
  const temperature = fitTemperature(classLogits(model, vectors), truth);
  for (const variable of flattenParams(model.params.classifier.out).values()) {
    tf.tidy(() => variable.assign(tf.div(variable, temperature)));
  }
  return temperature;
}
