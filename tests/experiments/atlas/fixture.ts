import { openH5ad } from "../../../lib/data/mod.ts";
import { writeAtlasShards } from "../../../lib/simulate/mod.ts";
import { loadOntology, type Ontology } from "../../../lib/ontology/mod.ts";
import {
  annotateShards,
  type AtlasProgress,
  type AtlasState,
  findShards,
  textNamer,
} from "../../../lib/experiments/atlas/mod.ts";
import { linearEmbedder } from "../../annotate/fixture.ts";

/** A small atlas on disk: three shards of 60, 60 and 30 cells. */
export const ATLAS = { cells: 150, shardCells: 60, types: 6, genes: 250, donors: 2, seed: 8 };

/** Runs `test` with the shards of the small atlas and an empty folder for answers. */
export async function withAtlas(
  test: (atlas: { shards: string; answers: string; ontology: Ontology }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const ontology = await loadOntology(null);
    await writeAtlasShards(`${folder}/shards`, ontology, ATLAS);
    await test({ shards: `${folder}/shards`, answers: `${folder}/answers`, ontology });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Names the cells of shards by a fake model: a fixed random projection with random text vectors. */
export async function annotateFolder(
  shards: string,
  answers: string,
  { onProgress, signal, width = 16 }: {
    onProgress?: (progress: AtlasProgress) => void;
    signal?: AbortSignal;
    width?: number;
  } = {},
): Promise<AtlasState> {
  const ontology = await loadOntology(null);
  const found = findShards([shards]);
  const first = await openH5ad(found[0].path);
  const types = [...new Set(first.obs.values("cell_type_ontology_term_id").map(String))].sort();
  const embedder = { ...linearEmbedder(first.varNames, { width, types }), hash: `width ${width}` };
  first.close();
  return await annotateShards(found, {
    embedder,
    ontology,
    onProgress,
    signal,
    namer: textNamer(embedder),
    folder: answers,
  });
}

/** Every answer of a folder by name, as bytes. */
export async function answersIn(folder: string): Promise<Record<string, Uint8Array>> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
    name.endsWith(".tsv.gz")
  ).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await Deno.readFile(`${folder}/${name}`)])),
  );
}
