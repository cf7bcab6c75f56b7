import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { cellPreset, disposeModel, loadCellCheckpoint, parseCellConfig } from "../../lib/cell/mod.ts";
import { openCells, openH5ad, openZarr } from "../../lib/data/mod.ts";
import { openTensors } from "../../lib/data/tensors/mod.ts";
import { parseRegistry } from "../../lib/data/fetch/mod.ts";
import { loadOntology, parseTriples, readGoTerms } from "../../lib/ontology/mod.ts";
import { unpackInto } from "../../lib/data/fetch/unpack.ts";
import { readMarkerTable } from "../../lib/genes/markers.ts";
import { readResults } from "../../lib/metrics/mod.ts";
import { finishTogether, parseJson } from "../../lib/runtime/mod.ts";
import { readState } from "../../lib/experiments/atlas/state.ts";
import { readSplits } from "../../lib/experiments/perturb/split_file.ts";
import { loadTokenizer, loadTypeVectors } from "../../lib/text/mod.ts";
import { readRun } from "../../lib/train/state.ts";
import { checkCells, checkElements, checkTensors } from "./checks.ts";
import * as seeds from "./seeds.ts";

/** A file, or a folder of files by name, that reads well. */
export type Seed = Readonly<Record<string, Uint8Array>>;

/** A reader under test: what reads well, and the reading, which throws whatever it throws. */
export interface Target {
  readonly name: string;
  readonly seeds: () => Seed[] | Promise<Seed[]>;
  /** Reads what was written to `folder`, where files have the seed's names; `file` is the first of them. */
  readonly read: (place: { folder: string; file: string }) => void | Promise<void>;
}

const cells = async ({ file }: { file: string }) => checkCells(await openCells(file));

/** Every reader that is given files of others. */
export const TARGETS: readonly Target[] = [
  {
    name: "h5ad",
    seeds: () => seeds.fixtures("data", ["latest.h5ad", "v06.h5ad", "v07.h5ad"]),
    read: readH5ad,
  },
  { name: "h5ad, chunks", seeds: () => seeds.chunked(), read: readH5ad },
  {
    name: "10x h5",
    seeds: () => seeds.fixtures("data", ["tenx_v2.h5", "tenx_v3.h5", "cellbender.h5"]),
    read: cells,
  },
  {
    name: "MatrixMarket",
    seeds: seeds.matrixMarket,
    read: async ({ folder }) => checkCells(await openCells(folder)),
  },
  { name: "CSV", seeds: seeds.tables, read: cells },
  { name: "loom", seeds: () => seeds.fixtures("data", ["tiny.loom"]), read: loom },
  { name: "MuData", seeds: () => seeds.fixtures("data", ["tiny.h5mu"]), read: cells },
  { name: "R", seeds: seeds.rFiles, read: cells },
  { name: "zarr", seeds: seeds.zarrFolders, read: ({ folder }) => readZarr(folder) },
  {
    name: "zarr.zip",
    seeds: () => seeds.fixtures("zarr", ["v2.zarr.zip", "v3.zarr.zip"]),
    read: ({ file }) => readZarr(file),
  },
  {
    name: "OBO",
    seeds: seeds.ontologies,
    read: async ({ file }) => assert.ok((await loadOntology(file)).terms.size > 0),
  },
  {
    name: "safetensors",
    seeds: () => seeds.fixtures("text", ["tiny_bert.safetensors"]),
    read: readTensorFile,
  },
  {
    name: "PyTorch",
    seeds: () => seeds.fixtures("torch", ["zip.pth", "legacy.pth"]),
    read: readTensorFile,
  },
  {
    name: "archives",
    seeds: seeds.archives,
    read: readArchive,
  },
  { name: "tokenizer", seeds: seeds.tokenizers, read: readTokenizer },
  {
    name: "registry",
    seeds: seeds.registry,
    read: ({ file }) => void parseRegistry(Deno.readTextFileSync(file), file),
  },
  {
    name: "configuration",
    seeds: () => [{ "config.json": seeds.json(cellPreset("nano")) }],
    read: ({ file }) => void parseCellConfig(parseJson(Deno.readTextFileSync(file), file), file),
  },
  { name: "type vectors", seeds: seeds.typeVectors, read: ({ folder }) => void loadTypeVectors(folder) },
  {
    name: "GO terms",
    seeds: seeds.goTerms,
    read: ({ file }) => assert.ok(readGoTerms(file).size > 0),
  },
  { name: "markers", seeds: seeds.markers, read: ({ file }) => assert.ok(readMarkerTable(file).size > 0) },
  {
    name: "triples",
    seeds: seeds.triples,
    read: ({ file }) => void parseTriples(Deno.readTextFileSync(file), file),
  },
  { name: "splits", seeds: seeds.splits, read: ({ file }) => readConditions(file) },
  { name: "training state", seeds: seeds.trainingState, read: readTrainingState },
  {
    name: "atlas state",
    seeds: seeds.atlasState,
    read: async ({ folder }) => void await readState(folder, seeds.MADE_BY),
  },
  { name: "results", seeds: seeds.results, read: ({ folder }) => void readResults(folder) },
  { name: "pending files", seeds: seeds.pending, read: readPending },
  {
    name: "cell checkpoint",
    seeds: seeds.checkpoint,
    read: async ({ folder }) => disposeModel(await loadCellCheckpoint(folder)),
  },
];

async function loom({ file }: { file: string }): Promise<void> {
  const source = await openCells(file);
  for (const name of source.keys?.("obsm") ?? []) source.obsm?.(name);
  checkCells(source);
}

async function readZarr(path: string): Promise<void> {
  const opened = await openZarr(path);
  checkElements(opened);
  checkCells(opened);
}

async function readH5ad({ file }: { file: string }): Promise<void> {
  const opened = await openH5ad(file);
  try {
    checkElements(opened);
  } finally {
    checkCells(opened);
  }
}

/** Whole, or nothing beside the archive. */
async function readArchive({ folder, file }: { folder: string; file: string }): Promise<void> {
  const names = () => Array.from(Deno.readDirSync(folder), ({ name }) => name);
  try {
    await unpackInto(join(folder, "unpacked"), file);
  } catch (error) {
    assert.equal(names().length, 1, `left behind: ${names()}`);
    throw error;
  }
  assert.deepEqual(names().sort(), [basename(file), "unpacked"].sort());
}

async function readConditions(file: string): Promise<void> {
  const conditions = seeds.CONDITIONS.map((name) => ({ name }));
  for (const { test, groups } of await readSplits(file, { conditions })) {
    assert.ok(test.every((name) => name in groups));
  }
}

async function readTrainingState({ folder }: { folder: string }): Promise<void> {
  const run = await readRun(folder, "settings");
  assert.ok(run && run.position.log.every(({ seconds }) => seconds >= 0));
}

/** All of the new files or all of the old ones, and nothing beside the folder is touched. */
function readPending({ folder }: { folder: string }): void {
  try {
    finishTogether(folder);
  } finally {
    const found = Array.from(
      Deno.readDirSync(folder),
      ({ name }) => Deno.readTextFileSync(join(folder, name)),
    );
    assert.ok(found.length >= 2 && found.length <= 5, `${found}`);
  }
}

async function readTensorFile({ file }: { file: string }): Promise<void> {
  checkTensors((await openTensors(file)).tensors);
}

function readTokenizer({ file }: { file: string }): void {
  const ids = loadTokenizer(file).encode("naive CD4+ T cell, alpha-beta", 16);
  assert.ok(ids.length <= 16 && ids.every((id) => Number.isInteger(id) && id >= 0), `${ids}`);
}
