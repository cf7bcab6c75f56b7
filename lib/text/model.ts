import * as tf from "../tensor/mod.ts";
import { rowAt, type Table } from "../matrix/mod.ts";
import { liveTerms, type Ontology, RELATIONS, type Term } from "../ontology/mod.ts";
import { disposeParams } from "../nn/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import { type TextConfig, textConfig, type TextPreset } from "./config.ts";
import { ontologyTexts } from "./corpus.ts";
import { encodeTokens, initText, relationVectors, type TextParams } from "./encoder.ts";
import { createTokenizer, padTokens, type TextTokenizer, wordPieceJson } from "./tokenizer.ts";
import { learnVocabulary } from "./wordpiece.ts";

/** Texts encoded at once outside training. */
const ENCODE_BATCH = 128;

/** A text encoder with its words. */
export interface TextModel {
  readonly config: TextConfig;
  readonly params: TextParams;
  readonly tokenizer: TextTokenizer;
  dispose(): void;
}

/** Cell Ontology types with a vector each: row i belongs to `ids[i]`. */
export interface TypeVectors extends Table {
  readonly ids: readonly string[];
  readonly names: readonly string[];
}

/** Joins the parts of a model. */
export function createTextModel(parts: Omit<TextModel, "dispose">): TextModel {
  return { ...parts, dispose: () => disposeParams(parts.params) };
}

/** A model that knows the words of an ontology and nothing of their meaning. */
export function newTextModel(
  ontology: Ontology,
  { preset, rng }: { preset: TextPreset; rng: Rng },
): TextModel {
  const vocabulary = learnVocabulary(ontologyTexts(ontology), { size: preset.vocabulary });
  const config = textConfig(preset, { vocabulary: vocabulary.length, relations: RELATIONS });
  return createTextModel({
    config,
    params: initText(rng, config),
    tokenizer: createTokenizer(wordPieceJson(vocabulary)),
  });
}

/** Vectors of any texts, `[texts, dim]`; a text longer than the model reads is cut. */
export function embedTexts(model: TextModel, texts: readonly string[]): Table {
  const { config, params, tokenizer } = model;
  const { maxTokens = config.bert.max_position_embeddings } = config;
  const encoded = texts.map((text) => tokenizer.encode(text, maxTokens));
  // texts of like length together: a batch costs as much as its longest row
  const order = encoded.map((_, i) => i).sort((a, b) => encoded[a].length - encoded[b].length);
  const vectors: Table = {
    data: new Float32Array(texts.length * config.dim),
    rows: texts.length,
    cols: config.dim,
  };
  for (let start = 0; start < order.length; start += ENCODE_BATCH) {
    const rows = order.slice(start, start + ENCODE_BATCH);
    const values = tf.tidy(() =>
      encodeTokens(params, padTokens(rows.map((i) => encoded[i])), { config }).dataSync()
    );
    rows.forEach((row, i) => rowAt(vectors, row).set(values.subarray(i * config.dim, (i + 1) * config.dim)));
  }
  return vectors;
}

/** The vector that stands for a relation: `head + vector` should be near `tail`. */
export function relationVector(model: TextModel, relation: string): Float32Array {
  const { config, params } = model;
  const row = config.relations.indexOf(relation);
  if (row < 0) {
    throw new RangeError(`Cannot find relation "${relation}" (known: ${config.relations.join(", ")})`);
  }
  return tf.tidy(() =>
    tf.slice(relationVectors(params, { config }), [row, 0], [1, -1]).dataSync<"float32">().slice()
  );
}

/** The type vectors of terms: the encoding of their names (ORIGINAL section 4). */
export function embedTerms(model: TextModel, terms: readonly Term[]): TypeVectors {
  const names = terms.map(({ name }) => name);
  return { ids: terms.map(({ id }) => id), names, ...embedTexts(model, names) };
}

/** {@linkcode embedTerms} of every live term. */
export const embedOntology = (model: TextModel, ontology: Ontology): TypeVectors =>
  embedTerms(model, liveTerms(ontology));
