import * as tf from "../tensor/mod.ts";
import { type LazyTensor, openTensors, type TensorFile } from "../data/tensors/mod.ts";
import { loadParams } from "../nn/mod.ts";
import { RELATIONS } from "../ontology/mod.ts";
import { messageOf, modelError, readText, type Rng, zeroRng } from "../runtime/mod.ts";
import { initBert } from "./bert.ts";
import { type BertConfig, bertConfigSchema, type TextConfig, type TextPreset } from "./config.ts";
import { initHead, poolTokens, type TextParams } from "./encoder.ts";
import { createTextModel, type TextModel } from "./model.ts";
import { isTuned, textName } from "./names.ts";
import { loadTokenizer, padTokens, type TextTokenizer } from "./tokenizer.ts";

/** The three files of a BERT as Hugging Face publishes it (PubMedBERT, for instance). */
export interface PretrainedFiles {
  readonly config: string;
  /** `.safetensors`, `.bin` or `.pth`: BertModel, a model that holds one under `bert.`, or `finetune_bert.pth`. */
  readonly weights: string;
  /** tokenizer.json or vocab.txt. */
  readonly tokenizer: string;
}

/** A text encoder on top of a published BERT. */
export interface PretrainedText {
  readonly model: TextModel;
  /** True if the weights came with projections, hence already tuned to an ontology. */
  readonly tuned: boolean;
}

/**
 * A text encoder with the weights and the tokenizer of a published BERT. `finetune_bert.pth` brings its projections,
 * whose width counts; on a BERT alone they are fresh and as wide as the preset says. Relation vectors begin as the
 * pooled encodings of the relations' names (ORIGINAL section 4). Start the backend first.
 *
 * @throws {KcellfmError} tag "file" or "model", when a file is missing or does not fit the others.
 */
export async function loadPretrained(
  files: PretrainedFiles,
  { preset, rng }: { preset: TextPreset; rng: Rng },
): Promise<PretrainedText> {
  const file = await openTensors(files.weights);
  const tuned = isTuned(file.tensors.keys());
  const bert = readConfig(files.config);
  const config = configOf(preset, { bert, dim: tuned ? tunedWidth(file) : preset.dim });
  const tokenizer = loadTokenizer(files.tokenizer);
  checkVocabulary(files, { tokenizer, bert });
  const params: TextParams = { bert: initBert(zeroRng(), bert), ...initHead(rng, config) };
  const { relations: _, ...all } = params;
  assign(tuned ? all : { bert: params.bert }, file);
  nameRelations(params, { config, tokenizer });
  return { model: createTextModel({ config, params, tokenizer }), tuned };
}

function configOf(preset: TextPreset, { bert, dim }: { bert: BertConfig; dim: number }): TextConfig {
  const { dropout, bertDropout, training: { nameTokens } } = preset;
  return { bert, dim, dropout, bertDropout, maxTokens: nameTokens, relations: RELATIONS };
}

function readConfig(path: string): BertConfig {
  let json: unknown;
  try {
    json = JSON.parse(readText(path));
  } catch (error) {
    throw modelError(`Cannot read the BERT configuration ${path}: ${messageOf(error)}`, error);
  }
  const result = bertConfigSchema.safeParse(json);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw modelError(`Cannot read the BERT configuration ${path}: ${issues.join("; ")}`);
}

/** Width of the vectors of `finetune_bert.pth`: 512 for the cell model, 768 in another variant. */
function tunedWidth({ path, tensors }: TensorFile): number {
  const shape = tensors.get("projection_state.0.weight")?.shape;
  if (shape?.length === 2) return shape[0];
  throw modelError(
    `Cannot load ${path}: projection_state.0.weight is ${
      shape ? `[${shape}]` : "missing"
    }, expected [width, hidden]`,
  );
}

function checkVocabulary(
  files: PretrainedFiles,
  { tokenizer, bert }: { tokenizer: TextTokenizer; bert: BertConfig },
): void {
  if (tokenizer.vocabularySize <= bert.vocab_size) return;
  throw modelError(
    `Cannot use ${files.tokenizer} with ${files.weights}: it has ${tokenizer.vocabularySize} pieces, ` +
      `the model knows ${bert.vocab_size}; give the tokenizer that came with the weights`,
  );
}

/** Fills a tree from a file, under our names. */
function assign(tree: Partial<TextParams>, { path, tensors }: TensorFile): void {
  const renamed = new Map<string, LazyTensor>();
  for (const [foreign, tensor] of tensors) {
    const name = textName(foreign);
    if (name !== null) renamed.set(name, tensor);
  }
  loadParams(tree, renamed, path);
}

function nameRelations(
  params: TextParams,
  { config, tokenizer }: { config: TextConfig; tokenizer: TextTokenizer },
): void {
  const names = config.relations.map((name) => tokenizer.encode(name, config.bert.max_position_embeddings));
  tf.tidy(() => params.relations.weight.assign(poolTokens(params, padTokens(names), { config })));
}
