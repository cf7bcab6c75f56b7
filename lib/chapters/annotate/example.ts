import { join } from "node:path";
import { findDataset } from "../../data/fetch/mod.ts";
import { simulatePair, writeAtlas } from "../../simulate/mod.ts";
import { loadOntology } from "../../ontology/mod.ts";
import { cacheDir, createRng, makeFolder } from "../../runtime/mod.ts";

/** A file to annotate and a labelled reference for it. */
export interface ExamplePair {
  readonly input: string;
  readonly reference: string;
  readonly labelKey: string;
  readonly real: boolean;
}

/** What a simulated pair is drawn with. */
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
 * interferon beta) by pbmc3k where both are at hand, else a simulated pair of the same kind, kept in the cache.
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
