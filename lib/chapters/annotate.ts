import { join } from "node:path";
import { findDataset } from "../data/fetch/mod.ts";
import { simulatePair, writeAtlas } from "../simulate/mod.ts";
import { loadOntology } from "../ontology/mod.ts";
import { cacheDir, checkpointsDir, createRng, makeFolder } from "../runtime/mod.ts";
import pl, { type DataFrame } from "nodejs-polars";
import type { Annotation } from "../annotate/mod.ts";
import type { CalledType } from "../annotate/report/mod.ts";
import {
  type CellModel,
  type Embedder,
  loadCellCheckpoint,
  modelEmbedder,
  startEmbedWorkers,
} from "../cell/mod.ts";
import { usualWorkers } from "../train/mod.ts";

/** A file to annotate and a labelled reference for it. */
export interface ExamplePair {
  readonly input: string;
  readonly reference: string;
  readonly labelKey: string;
  readonly real: boolean;
}

/** Options for drawing a simulated pair. */
interface ExampleOptions {
  readonly seed: number;
  /** Symbols that its genes have. */
  readonly genes: readonly string[];
  /** Cells of each of the two files; default 800. */
  readonly cells?: number;
}

/** Blood cells, some of them close relatives, as in the real pair. */
const SIMULATED_TYPES =
  ("CL:0000624 CL:0000625 CL:0000815 CL:0000623 CL:0000236 CL:0000786 CL:0000576 CL:0000451 " + "CL:0000233")
    .split(" ");

/**
 * The pair that notebooks and benchmarks annotate: kang_ifnb_832 (blood cells, half of them stimulated by
 * interferon beta) by pbmc3k if both are available, else a simulated pair of the same kind, kept in the cache.
 */
export async function examplePair(options: ExampleOptions): Promise<ExamplePair> {
  const [input, reference] = [await findDataset("kang_ifnb_832"), await findDataset("pbmc3k")];
  if (input && reference) return { input, reference, labelKey: "cell_type", real: true };
  return await simulatedExample(options);
}

async function simulatedExample({ seed, genes, cells = 800 }: ExampleOptions): Promise<ExamplePair> {
  const folder = join(cacheDir(), "simulated");
  await makeFolder(folder);
  const options = {
    cells,
    types: SIMULATED_TYPES,
    genes: 2000,
    vocabulary: genes,
    rarity: 0.5,
    depth: 2000,
  };
  const pair = simulatePair(await loadOntology(null), options, createRng(seed).split("example"));
  const input = join(folder, `blood-query-${cells}-${seed}.h5ad`);
  const reference = join(folder, `blood-reference-${cells}-${seed}.h5ad`);
  await writeAtlas(input, pair.query, { provenance: { seed } });
  await writeAtlas(reference, pair.reference, { provenance: { seed } });
  return { input, reference, labelKey: "cell_type", real: false };
}

/** Facts of the file and of its reference, and of the way they were read. */
export function readingFrame({ input, reference }: Annotation): DataFrame {
  const files = reference ? [input, reference] : [input];
  return pl.DataFrame({
    file: files.map(({ name }) => name),
    cells: files.map(({ cells }) => cells),
    genes: files.map(({ genes }) => genes),
    "genes known": files.map(({ overlap }) => overlap.known),
    values: files.map(({ values }) => values.kind),
    "because": files.map(({ values }) => values.evidence),
  });
}

/** The called types, most frequent first, numbered as on the map. */
export function typesFrame(types: readonly CalledType[]): DataFrame {
  return pl.DataFrame({
    number: types.map(({ rank }) => rank),
    type: types.map(({ name }) => name),
    term: types.map(({ id }) => id),
    cells: types.map(({ cells }) => cells),
    share: types.map(({ share }) => share),
    confidence: types.map(({ meanConfidence }) => meanConfidence),
    novelty: types.map(({ meanNovelty }) => meanNovelty),
  });
}

/** Ours and the baselines against the file's own labels; no rows when it has none. */
export function scoresFrame({ evaluation }: Annotation): DataFrame {
  const methods = Object.entries(evaluation ? { kcellfm: evaluation.metrics, ...evaluation.baselines } : {});
  const column = (name: string) => methods.map(([, scores]) => scores[name] ?? null);
  return pl.DataFrame({
    method: methods.map(([name]) => name.replaceAll("_", " ")),
    accuracy: column("accuracy"),
    "macro-F1": column("macro_f1"),
    "accuracy, subtypes count": column("ontology_accuracy"),
  });
}

/** The best markers of each called type with the shares of cells that have them. */
export function markersFrame({ markers }: Annotation, types: readonly CalledType[]): DataFrame {
  const rows = types.flatMap(({ name }) =>
    (markers.byGroup.get(name) ?? []).map((marker) => ({ name, ...marker }))
  );
  return pl.DataFrame({
    type: rows.map(({ name }) => name),
    gene: rows.map(({ gene }) => gene),
    "log2 fold change": rows.map(({ logFoldChange }) => logFoldChange),
    "found in the type": rows.map(({ inside }) => inside),
    "found elsewhere": rows.map(({ outside }) => outside),
  });
}

/** A checkpoint of the repository, ready to annotate with all cores. */
export interface ShippedEmbedder {
  readonly model: CellModel;
  readonly embedder: Embedder;
  /** Ends its workers; without it a program does not end. */
  close(): void;
}

/** Opens a shipped checkpoint. */
export async function openShipped(name = "walkthrough"): Promise<ShippedEmbedder> {
  const model = await loadCellCheckpoint(join(checkpointsDir(), name));
  const workers = await startEmbedWorkers(model, { count: usualWorkers() });
  return { model, embedder: modelEmbedder(model, { workers }), close: () => workers?.close() };
}
