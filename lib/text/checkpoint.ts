import { z } from "zod";
import { decodeSafetensors, encodeSafetensors, readSafetensors } from "../data/tensors/mod.ts";
import type { Table } from "../matrix/mod.ts";
import { loadParams, storeParams } from "../nn/mod.ts";
import {
  createRng,
  finishTogether,
  host,
  join,
  makeFolder,
  messageOf,
  modelError,
  readText,
  sha256,
  writeTogether,
} from "../runtime/mod.ts";
import { type TextConfig, textConfigSchema } from "./config.ts";
import { initText } from "./encoder.ts";
import { createTextModel, type TextModel, type TypeVectors } from "./model.ts";
import { loadTokenizer } from "./tokenizer.ts";

/** The files of a text checkpoint. */
const FILES = {
  config: "config.json",
  tokenizer: "tokenizer.json",
  weights: "model.safetensors",
  types: "types.safetensors",
  metrics: "metrics.json",
};

const contentSchema = z.object({
  config: textConfigSchema,
  types: z.object({ ids: z.array(z.string()), names: z.array(z.string()) }),
  /** Provenance for people: ontology, preset, seed, command, versions. */
  made: z.record(z.string(), z.unknown()),
});

/** A text encoder read from disk, with the vectors of the types it was saved with. */
export interface TextCheckpoint {
  readonly model: TextModel;
  readonly types: TypeVectors;
  readonly made: Readonly<Record<string, unknown>>;
  /** sha256 of the weights. */
  readonly hash: string;
}

/** Contents of a checkpoint beside the model. */
export interface TextCheckpointExtras {
  readonly types: TypeVectors;
  readonly made: Record<string, unknown>;
  readonly metrics: unknown;
}

/**
 * Writes a model to a folder: configuration, tokenizer.json, weights and type vectors (half precision), metrics;
 * which take their places together.
 *
 * @returns the sha256 of the weights
 */
export async function saveTextCheckpoint(
  directory: string,
  model: TextModel,
  { types, made, metrics }: TextCheckpointExtras,
): Promise<string> {
  await makeFolder(directory);
  const weights = encodeSafetensors(storeParams(model.params, "F16"));
  const { ids, names, data, rows, cols } = types;
  const stored = { dtype: "F16", shape: [rows, cols], data } as const;
  await writeTogether(directory, {
    [FILES.tokenizer]: JSON.stringify(model.tokenizer.json) + "\n",
    [FILES.weights]: weights,
    [FILES.types]: encodeSafetensors(new Map([["types", stored]])),
    [FILES.metrics]: JSON.stringify(metrics, null, 2) + "\n",
    [FILES.config]: JSON.stringify({ config: model.config, made, types: { ids, names } }) + "\n",
  });
  return await sha256(weights);
}

/**
 * Reads a checkpoint that {@linkcode saveTextCheckpoint} wrote. Start the backend first.
 *
 * @throws {KcellfmError} tag "file" or "model", when a file is missing or does not fit the others.
 */
export async function loadTextCheckpoint(directory: string): Promise<TextCheckpoint> {
  finishTogether(directory);
  const { config, types, made } = readContent(join(directory, FILES.config));
  const path = join(directory, FILES.weights);
  const bytes = readBytes(path);
  requireRoom(config, { path, bytes: bytes.length });
  const params = initText(createRng("shape"), config);
  loadParams(params, decodeSafetensors(bytes, path).tensors, path);
  return {
    model: createTextModel({ config, params, tokenizer: loadTokenizer(join(directory, FILES.tokenizer)) }),
    types: { ...types, ...readTypes(join(directory, FILES.types), types.ids.length, config.dim) },
    made,
    hash: await sha256(bytes),
  };
}

/** The type vectors of a checkpoint alone, for a model that needs no free text; no backend is used. */
export function loadTypeVectors(directory: string): TypeVectors {
  finishTogether(directory);
  const { config: { dim }, types } = readContent(join(directory, FILES.config));
  return { ...types, ...readTypes(join(directory, FILES.types), types.ids.length, dim) };
}

function readContent(path: string): z.infer<typeof contentSchema> {
  let json: unknown;
  try {
    json = JSON.parse(readText(path));
  } catch (error) {
    throw modelError(
      `Cannot load a text checkpoint: ${path} is missing or not JSON (${messageOf(error)})`,
      error,
    );
  }
  const result = contentSchema.safeParse(json);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw modelError(`Cannot read the text checkpoint's ${path}: ${issues.join("; ")}`);
}

/** Fails when a configuration asks for more numbers than the weights have, before memory is taken for them. */
function requireRoom({ bert, dim }: TextConfig, { path, bytes }: { path: string; bytes: number }): void {
  const { vocab_size, max_position_embeddings, hidden_size, num_hidden_layers, intermediate_size } = bert;
  const rows = vocab_size + max_position_embeddings + dim +
    num_hidden_layers * (4 * hidden_size + 2 * intermediate_size);
  if (2 * rows * hidden_size <= bytes) return; // two bytes a number at least
  throw modelError(
    `Cannot load ${path}: its ${bytes} bytes are fewer than its config.json asks for; use the checkpoint's own`,
  );
}

function readTypes(path: string, rows: number, cols: number): Table {
  const stored = readSafetensors(path).tensors.get("types");
  if (`${stored?.shape}` === `${[rows, cols]}`) return { data: stored!.data as Float32Array, rows, cols };
  throw modelError(
    `Cannot use ${path}: expected a tensor "types" [${[rows, cols]}], it has [${stored?.shape ?? "none"}]`,
  );
}

function readBytes(path: string): Uint8Array {
  try {
    return host.files.read(path);
  } catch (error) {
    throw modelError(`Cannot load a text checkpoint: ${path} is missing; give a folder that has it`, error);
  }
}
