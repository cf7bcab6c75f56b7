import { z } from "zod";
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type StoredTensor,
} from "../data/tensors/mod.ts";
import { readVocabulary, vocabularyText } from "../genes/mod.ts";
import { tableOf } from "../matrix/mod.ts";
import { loadParams, matchNames, storeParams } from "../nn/mod.ts";
import {
  finishTogether,
  host,
  join,
  makeFolder,
  modelError,
  parseJson,
  readTextOrNull,
  sha256,
  writeTogether,
  zeroRng,
} from "../runtime/mod.ts";
import { cellConfigSchema, parseCellConfig } from "./config.ts";
import type { CellModel } from "./model.ts";
import { initCellParams } from "./params.ts";
import { cellShapes } from "./shapes.ts";

/** The files of a cell checkpoint. */
const FILES = {
  config: "config.json",
  weights: "model.safetensors",
  tables: "tables.safetensors",
  genes: "genes.tsv",
};

const checkpointSchema = z.object({
  config: cellConfigSchema,
  classes: z.array(z.string()),
  types: z.object({ ids: z.array(z.string()), names: z.array(z.string()) }),
  temperature: z.number().positive(),
  /** Of the weights that belong to it; checkpoints from before it was written lack it. */
  weights_sha256: z.string().optional(),
  /** Provenance for people: data, seed, command, versions. */
  made: z.record(z.string(), z.unknown()),
});

/**
 * Writes a model to a folder: configuration, weights (half precision unless `dtype` says otherwise), gene
 * vocabulary and type vectors, which take their places together with the files of `beside`.
 *
 * @returns the sha256 of the weights
 */
export async function saveCellCheckpoint(
  directory: string,
  model: CellModel,
  { made, dtype = "F16", beside }: {
    made: Record<string, unknown>;
    dtype?: "F16" | "F32";
    beside?: Readonly<Record<string, string | Uint8Array>>;
  },
): Promise<string> {
  await makeFolder(directory);
  const { ids, names, data, rows, cols } = model.types;
  const tables = new Map<string, StoredTensor>([
    ["informativeness", { dtype: "F32", shape: [model.informativeness.length], data: model.informativeness }],
    ["types", { dtype: "F16", shape: [rows, cols], data }],
    ...seenTensor(model),
  ]);
  const weights = encodeSafetensors(storeParams(model.params, dtype));
  const { config, classes, temperature } = model;
  const hash = await sha256(weights);
  const content = { config, classes, types: { ids, names }, temperature, weights_sha256: hash, made };
  await writeTogether(directory, {
    [FILES.weights]: weights,
    [FILES.tables]: encodeSafetensors(tables),
    [FILES.genes]: vocabularyText(model.vocabulary),
    ...beside,
    [FILES.config]: JSON.stringify(content, null, 1) + "\n",
  });
  return hash;
}

/**
 * Reads a checkpoint that {@linkcode saveCellCheckpoint} wrote. Start the backend first.
 *
 * @throws {KcellfmError} tag "file" or "model", when a file is missing or does not fit the others.
 */
export async function loadCellCheckpoint(directory: string): Promise<CellModel> {
  finishTogether(directory);
  const content = readContent(join(directory, FILES.config));
  const vocabulary = await readVocabulary(join(directory, FILES.genes));
  const { informativeness, seenCells, vectors } = readTables(
    join(directory, FILES.tables),
    content.types.ids.length,
  );
  const path = join(directory, FILES.weights);
  const bytes = readBytes(path);
  const hash = await sha256(bytes);
  if (content.weights_sha256 !== undefined && content.weights_sha256 !== hash) {
    throw modelError(
      `Cannot load ${path}: it is not the file that its config.json was written with; save or fetch both again`,
    );
  }
  const { tensors } = decodeSafetensors(bytes, path);
  const sizes = {
    config: content.config,
    genes: vocabulary.symbols.length,
    classes: content.classes.length,
  };
  const problems = matchNames(cellShapes(sizes), tensors); // before memory is taken for what the configuration says
  if (problems.length > 0) {
    throw modelError(`Cannot load ${path}: ${problems.join("; ")}; use the checkpoint's own config.json`);
  }
  const params = initCellParams(zeroRng(), sizes);
  loadParams(params, tensors, path);
  const { config, classes, temperature } = content;
  const types = { ...content.types, ...vectors };
  return {
    config,
    params,
    vocabulary,
    informativeness,
    classes,
    types,
    temperature,
    hash,
    studies: studiesOf(content),
    seenCells,
  };
}

function readContent(path: string): z.infer<typeof checkpointSchema> {
  const json = parseJson(new TextDecoder().decode(readBytes(path)), path);
  const config = typeof json === "object" && json && "config" in json ? json.config : undefined;
  parseCellConfig(config, path);
  const result = checkpointSchema.safeParse(json);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw modelError(`Cannot read the checkpoint's ${path}: ${issues.join("; ")}`);
}

function readBytes(path: string): Uint8Array {
  try {
    return host.files.read(path);
  } catch (error) {
    throw modelError(`Cannot load a cell checkpoint: ${path} is missing; give a folder that has it`, error);
  }
}

function readTables(path: string, types: number) {
  const { tensors } = readSafetensors(path);
  const seen = tensors.get("seen_cells");
  const stored = { informativeness: tensors.get("informativeness"), vectors: tensors.get("types") };
  if (!stored.informativeness || stored.vectors?.shape[0] !== types) {
    throw modelError(`Cannot use ${path}: it needs tensors "informativeness" and "types" with ${types} rows`);
  }
  return {
    informativeness: stored.informativeness.data as Float32Array,
    vectors: tableOf(stored.vectors.data as Float32Array, stored.vectors.shape[1]),
    seenCells: seen && Uint32Array.from(seen.data as Int32Array),
  };
}

/** The hashes of the cells that a model has seen, as the 32-bit integers that safetensors has. */
const seenTensor = ({ seenCells }: CellModel): [string, StoredTensor][] =>
  seenCells
    ? [["seen_cells", { dtype: "I32", shape: [seenCells.length], data: Int32Array.from(seenCells) }]]
    : [];

const madeSchema = z.object({
  made: z.object({ studies: z.array(z.object({ name: z.string() })).optional() }),
});

/**
 * Names of the studies that a checkpoint was trained on, without endings such as .h5ad; null when there is no checkpoint in
 * the folder or it does not say.
 */
export function readCheckpointStudies(directory: string): string[] | null {
  const path = join(directory, FILES.config);
  const text = readTextOrNull(path);
  return text === null ? null : studiesOf(parseJson(text, path)) ?? null;
}

function studiesOf(content: unknown): string[] | undefined {
  const studies = madeSchema.safeParse(content).data?.made.studies;
  return studies?.map(({ name }) => name.replace(/\.(h5ad|h5|csv|tsv)(\.gz)?$/, ""));
}
