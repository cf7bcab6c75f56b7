import { readSafetensors, type StoredTensor } from "../data/safetensors.ts";
import { loadParams } from "../nn/mod.ts";
import { RELATIONS } from "../ontology/mod.ts";
import { messageOf, modelError, type Rng } from "../runtime/mod.ts";
import { bertConfigSchema, type TextConfig } from "./config.ts";
import { initText } from "./encoder.ts";
import { createTextModel, type TextModel } from "./model.ts";
import { loadTokenizer } from "./tokenizer.ts";

/** The three files of a BERT as Hugging Face publishes it (PubMedBERT, for instance). */
export interface PretrainedFiles {
  readonly config: string;
  /** model.safetensors of BertModel, or of a model that holds one under `bert.`. */
  readonly weights: string;
  readonly tokenizer: string;
}

/**
 * A text encoder on top of a published BERT: its weights and its tokenizer, a fresh projection of width `dim` and
 * fresh relation vectors. Start the backend first.
 *
 * @throws {KcellfmError} tag "file" or "model", when a file is missing or does not fit the others.
 */
export function loadPretrainedBert(
  files: PretrainedFiles,
  { dim, rng }: { dim: number; rng: Rng },
): TextModel {
  const config: TextConfig = { bert: readConfig(files.config), dim, dropout: 0.1, relations: RELATIONS };
  const params = initText(rng, config);
  loadParams(params.bert, bertTensors(readSafetensors(files.weights).tensors), files.weights);
  return createTextModel({ config, params, tokenizer: loadTokenizer(files.tokenizer) });
}

function readConfig(path: string): TextConfig["bert"] {
  let json: unknown;
  try {
    json = JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    throw modelError(`Cannot read the BERT configuration ${path}: ${messageOf(error)}`, error);
  }
  const result = bertConfigSchema.safeParse(json);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw modelError(`Cannot read the BERT configuration ${path}: ${issues.join("; ")}`);
}

/**
 * The tensors of BertModel under our names, which are its own: without the prefix that a larger model adds, with
 * LayerNorm's weight and bias for the gamma and beta of old files, and without what an encoder has no use for (pooler,
 * heads, stored position ids).
 */
function bertTensors(stored: ReadonlyMap<string, StoredTensor>): Map<string, StoredTensor> {
  const renamed = [...stored].map(([name, tensor]): [string, StoredTensor] => [
    name.replace(/^bert\./, "").replace(/\.gamma$/, ".weight").replace(/\.beta$/, ".bias"),
    tensor,
  ]);
  const encoder = (name: string) => /^(embeddings|encoder)\./.test(name) && !name.endsWith("position_ids");
  return new Map(renamed.filter(([name]) => encoder(name)));
}
