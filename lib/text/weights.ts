import { fetchDataset, fetchHubFiles, type HubOptions } from "../data/fetch/mod.ts";
import { dirname, fileError, join, statOrNull } from "../runtime/mod.ts";
import type { PretrainedFiles } from "./pretrained.ts";

/** The names that each file may have, best first. */
const NAMES = {
  config: ["config.json"],
  weights: ["model.safetensors", "pytorch_model.bin", "finetune_bert.pth"],
  tokenizer: ["tokenizer.json", "vocab.txt"],
} as const;

/**
 * The files of a published BERT: in a folder, beside a file of weights, on the Hugging Face hub
 * (`hf:owner/name@revision`), or without `from`, PubMedBERT as the registry has it. PubMedBERT's own configuration and
 * tokenizer stand in where weights come without theirs.
 *
 * @throws {KcellfmError} tag "file" when a folder has no weights, "network" when a file can be had from nowhere.
 */
export async function findWeights(from?: string, options: HubOptions = {}): Promise<PretrainedFiles> {
  if (from?.startsWith("hf:")) return await fromHub(from, options);
  const weights = from === undefined
    ? await fetchDataset("pubmedbert_safetensors", options)
    : weightsAt(from);
  const folder = dirname(weights);
  return {
    weights,
    config: firstIn(folder, NAMES.config) ?? await fetchDataset("pubmedbert_config", options),
    tokenizer: firstIn(folder, NAMES.tokenizer) ?? await fetchDataset("pubmedbert_tokenizer", options),
  };
}

async function fromHub(spec: string, options: HubOptions): Promise<PretrainedFiles> {
  const wanted = [NAMES.config, NAMES.weights.slice(0, 2), NAMES.tokenizer];
  const { paths: [config, weights, tokenizer] } = await fetchHubFiles(spec, wanted, options);
  return { config, weights, tokenizer };
}

function weightsAt(path: string): string {
  const kind = kindOf(path);
  if (kind === "file") return path;
  if (kind === null) throw fileError(`Cannot use ${path} as weights: there is no such file or folder`);
  const found = firstIn(path, NAMES.weights);
  if (found !== null) return found;
  throw fileError(`Cannot use ${path} as weights: the folder has none of ${NAMES.weights.join(", ")}`);
}

function firstIn(folder: string, names: readonly string[]): string | null {
  return names.map((name) => join(folder, name)).find((path) => kindOf(path) === "file") ?? null;
}

function kindOf(path: string): "file" | "folder" | null {
  const stat = statOrNull(path);
  return stat && (stat.isDirectory ? "folder" : "file");
}
