import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { create } from "tar";
import { csrFromDense } from "../../lib/matrix/mod.ts";
import { encodeSafetensors, type StoredTensor } from "../../lib/data/tensors/mod.ts";
import { categoricalOf, writeH5ad, writeZarr } from "../../lib/data/mod.ts";
import { writeContent } from "../../lib/data/h5ad/write.ts";
import { ZarrSink } from "../../lib/data/zarr/sink.ts";
import { ROOT } from "../../lib/runtime/mod.ts";
import { learnVocabulary, wordPieceJson } from "../../lib/text/mod.ts";
import { makeZip } from "../data/fetch/make_zip.ts";
import { saveNanoCheckpoint } from "../annotate/fixture.ts";
import type { Seed } from "./targets.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const json = (value: unknown): Uint8Array => bytes(JSON.stringify(value));

/** Files of tests/fixtures, each a seed of its own. */
export const fixtures = (folder: string, names: readonly string[]): Seed[] =>
  names.map((name) => ({ [name]: Deno.readFileSync(join(ROOT, "tests/fixtures", folder, name)) }));

/** R's files as they are, and those that were gzipped unpacked: else a change would only break their checksum. */
export function rFiles(): Seed[] {
  const packed = fixtures("r", ["seurat.rds", "seurat_v5.rds", "compact.rds", "frame.rds"]);
  const unpacked = packed.map((seed) =>
    Object.fromEntries(
      Object.entries(seed).map(([name, content]) => [name, new Uint8Array(gunzipSync(content))]),
    )
  );
  return [
    ...unpacked,
    ...fixtures("r", ["native.rds", "list.rds", "matrix_ascii.rda", "matrix.rda", "experiment.rda"]),
  ];
}

/** Small hierarchies of both versions: what we write, and the same as version 3. */
export async function zarrFolders(): Promise<Seed[]> {
  return await inTemporary(async (folder) => {
    const x = csrFromDense(VALUES, CELLS.length, GENES.length);
    const obs = {
      cell_type: categoricalOf(["a", "b", "a"]),
      depth: Float32Array.of(1, 2, 3),
      note: ["x", "y", "z"],
    };
    const content = {
      x,
      obsNames: CELLS,
      varNames: GENES,
      obs,
      obsm: { X: { shape: [3, 2], data: new Float32Array(6) } },
    };
    await writeZarr(join(folder, "two.zarr"), content);
    Deno.mkdirSync(join(folder, "three.zarr"));
    const sink = new ZarrSink("three.zarr", join(folder, "three.zarr"), 3);
    sink.createGroup("");
    await writeContent(sink, content);
    return ["two.zarr", "three.zarr"].map((name) => filesBelow(join(folder, name)));
  });
}

function filesBelow(folder: string): Seed {
  const walk = (at: string): [string, Uint8Array][] =>
    [...Deno.readDirSync(join(folder, at))].flatMap(({ name, isDirectory }): [string, Uint8Array][] =>
      isDirectory ? walk(join(at, name)) : [[join(at, name), Deno.readFileSync(join(folder, at, name))]]
    );
  return Object.fromEntries(walk("").sort(([a], [b]) => a < b ? -1 : 1));
}

const CELLS = ["AAAC-1", "AAAG-1", "AAAT-1"];
const GENES = ["CD3D", "CD8A", "MS4A1", "NKG7"];
const VALUES = [1, 0, 2, 0, 0, 3.5, 0, 1, 4, 0, 0, 7];

/** An `.h5ad` whose values lie in deflated chunks, which we read past the library. */
export async function chunked(): Promise<Seed[]> {
  return await inTemporary(async (folder) => {
    const path = join(folder, "chunks.h5ad");
    const x = csrFromDense(VALUES, CELLS.length, GENES.length);
    const obs = { cell_type: ["a", "b", "a"], depth: Float32Array.of(1, 2, 3) };
    await writeH5ad(path, { x, obsNames: CELLS, varNames: GENES, obs });
    return [{ "chunks.h5ad": Deno.readFileSync(path) }];
  });
}

export function matrixMarket(): Seed[] {
  const banner = "%%MatrixMarket matrix coordinate integer general\n% a comment\n4 3 5\n";
  const seed = {
    "matrix.mtx": bytes(`${banner}1 1 1\n3 1 2\n2 2 3\n4 2 1\n1 3 4\n`),
    "features.tsv": bytes(GENES.map((name, i) => `ENSG0000000000${i}\t${name}\tGene Expression\n`).join("")),
    "barcodes.tsv": bytes(CELLS.join("\n") + "\n"),
  };
  const gzipped = Object.entries(seed).map((
    [name, content],
  ) => [`${name}.gz`, new Uint8Array(gzipSync(content))]);
  return [seed, Object.fromEntries(gzipped)];
}

export function tables(): Seed[] {
  const lines = ["cell,CD3D,CD8A,x,tissue", "c1,1,0,0.5,gut", 'c2,2.5,1e2,1,"gut, small"', "c3,0,7,2,lung"];
  const text = lines.join("\n") + "\n";
  return [
    { "table.csv": bytes(text) },
    { "table.tsv": bytes("CD3D\tCD8A\nc1\t1\t0\nc2\t2\t3\n") },
    { "table.csv.gz": new Uint8Array(gzipSync(text)) },
  ];
}

export function ontologies(): Seed[] {
  const text = `format-version: 1.2
data-version: cl/releases/2026-03-26/cl.owl

[Term]
id: CL:0000000
name: cell
def: "A \\"unit\\" of life." [GOC:tfm]

[Term]
id: CL:0000084
name: T cell
synonym: "T lymphocyte" EXACT OMO:0003000 []
is_a: CL:0000000 {source="x"} ! cell
intersection_of: CL:0000000 ! cell
intersection_of: part_of UBERON:0002405
relationship: develops_from CL:0000000 ! cell

[Typedef]
id: part_of
`;
  return [{ "cl.obo": bytes(text) }, { "cl.obo.gz": new Uint8Array(gzipSync(text)) }];
}

export async function archives(): Promise<Seed[]> {
  return await inTemporary(async (folder): Promise<Seed[]> => {
    Deno.mkdirSync(join(folder, "set"));
    Deno.writeTextFileSync(join(folder, "set/cells.csv"), "a,b\n1,2\n".repeat(40));
    await create({ file: join(folder, "set.tar.gz"), cwd: folder, gzip: true }, ["set"]);
    const members = [{ name: "set/" }, { name: "set/a.txt", data: "words ".repeat(50), deflate: true }];
    const zip = makeZip([...members, { name: "set/b.bin", data: Uint8Array.of(1, 2, 3) }]);
    return [{ "set.tar.gz": Deno.readFileSync(join(folder, "set.tar.gz")) }, { "set.zip": zip }];
  });
}

export function tokenizers(): Seed[] {
  const vocabulary = learnVocabulary(["CD4-positive, alpha-beta T cell", "T cell", "naive T cell"], {
    size: 60,
  });
  return [{ "tokenizer.json": json(wordPieceJson(vocabulary)) }, {
    "vocab.txt": bytes(vocabulary.join("\n")),
  }];
}

export const goTerms = (): Seed[] => [{
  "gene2go.tsv": bytes("CD3D\tGO:0042105\tIDA\tCC\nCD8A\tGO:0002456\tND\tBP\nCD8A\tGO:0019882\tIEA\tBP\n"),
}];

export const markers =
  (): Seed[] => [{ "own.tsv": bytes("# mine\nmarker\tgenes\nCD8|CD8a\tCD8A|CD8B\narea\t-\n") }];

export const triples = (): Seed[] => [{
  "facts.txt": bytes("T cell is_a lymphocyte\nT cell develops_from pro-T cell\n\nno relation here\n"),
}];

export const CONDITIONS = ["A", "B", "A+B"];

export const splits = (): Seed[] => [{
  "splits.json": json({
    version: 1,
    splits: [{
      set: "screen",
      name: "1",
      train: ["A"],
      validation: ["B"],
      test: ["A+B"],
      groups: { "A+B": "both" },
    }],
  }),
}];

/** A state of "settings", as the training loop saves it. */
export function trainingState(): Seed[] {
  const log = [{
    epoch: 0,
    step: 2,
    kind: "train",
    scores: { loss: 1.5 },
    learning_rate: 1e-3,
    seconds: 0.5,
  }];
  const position = { epoch: 1, batch: 0, step: 2, sums: {}, summed: 0, best: { loss: 1 }, bestEpoch: 0, log };
  const tensor: StoredTensor = { dtype: "F32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
  const metadata = { position: JSON.stringify(position), fingerprint: "settings" };
  return [{ "training.safetensors": encodeSafetensors(new Map([["params/a", tensor]]), metadata) }];
}

export const MADE_BY = { model: "0".repeat(64), by: "text", ontology: "slim 2026" };

export function atlasState(): Seed[] {
  const times = { seconds: 2.5, reading_seconds: 0.5, rss_mb: 300, peak_mb: 400 };
  const done = { shard_000: { cells: 60, labelled: 60, genes: 250, real: false, bytes: 9000, ...times } };
  return [{ "state.json": json({ made_by: MADE_BY, done }) }];
}

export function results(): Seed[] {
  const run = {
    split: "70/30",
    repeats: 1,
    preset: "nano",
    seed: 1,
    backend: "wasm",
    seconds: 1,
    peak_mb: 400,
  };
  const data = { real: false, cells: 10, genes: 5, sha256: null };
  const scores = {
    metrics: { accuracy: 0.5 },
    sd: {},
    baselines: { majority: { accuracy: 0.2 } },
    published: {},
  };
  return [{
    "demo-set.json": json({
      task: "demo",
      set: "set",
      data,
      ...run,
      ...scores,
      cells_per_second: 9,
      versions: {},
    }),
  }];
}

/** Two files that were to change together when the run was killed. */
export const pending = (): Seed[] => [{
  "pending.json": json({ "a.txt.1.tmp": "a.txt", "b.txt.1.tmp": "b.txt" }),
  ...Object.fromEntries(["a.txt", "b.txt", "a.txt.1.tmp", "b.txt.1.tmp"].map((name) => [name, bytes(name)])),
}];

export const registry =
  (): Seed[] => [{ "registry.json": Deno.readFileSync(join(ROOT, "data/registry.json")) }];

/** The part of a text checkpoint that needs no backend. */
export function typeVectors(): Seed[] {
  const bert = {
    vocab_size: 9,
    hidden_size: 4,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 8,
    max_position_embeddings: 8,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
  };
  const config = { bert, dim: 4, dropout: 0.1, relations: ["is_a"] };
  const types = { ids: ["CL:0000000", "CL:0000084"], names: ["cell", "T cell"] };
  const vectors: StoredTensor = {
    dtype: "F32",
    shape: [2, 4],
    data: Float32Array.from({ length: 8 }, Math.sqrt),
  };
  return [{
    "config.json": json({ config, types, made: { seed: 1 } }),
    "types.safetensors": encodeSafetensors(new Map([["types", vectors]])),
  }];
}

/** A whole cell model of preset nano. */
export async function checkpoint(): Promise<Seed[]> {
  return await inTemporary(async (folder) => {
    await saveNanoCheckpoint(folder, GENES);
    const files = ["config.json", "genes.tsv", "tables.safetensors", "model.safetensors"];
    return [Object.fromEntries(files.map((name) => [name, Deno.readFileSync(join(folder, name))]))];
  });
}

async function inTemporary<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
