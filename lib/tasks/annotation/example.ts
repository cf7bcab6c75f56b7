import { join } from "node:path";
import { findDataset, simulatePair, writeAtlas } from "../../data/mod.ts";
import { loadOntology } from "../../ontology/mod.ts";
import { cacheDir, createRng, makeFolder } from "../../runtime/mod.ts";

/** A file to annotate and a labelled reference for it. */
export interface ExamplePair {
  readonly input: string;
  readonly reference: string;
  readonly labelKey: string;
  readonly real: boolean;
}

/** Blood cells, some of them close relatives, as in the real pair. */
const SIMULATED_TYPES = [
  ...["CL:0000624", "CL:0000625", "CL:0000815", "CL:0000623", "CL:0000236"],
  ...["CL:0000786", "CL:0000576", "CL:0000451", "CL:0000233"],
];

/**
 * The pair that notebooks and benchmarks annotate: kang_ifnb_832 (blood cells, half of them stimulated by
 * interferon beta) by pbmc3k where both are at hand, else a simulated pair of the same kind, kept in the cache.
 */
export async function examplePair(
  { seed, genes }: { seed: number; genes: readonly string[] },
): Promise<ExamplePair> {
  const [input, reference] = [await findDataset("kang_ifnb_832"), await findDataset("pbmc3k")];
  if (input && reference) return { input, reference, labelKey: "cell_type", real: true };
  return await simulatedExample({ seed, genes });
}

async function simulatedExample(
  { seed, genes }: { seed: number; genes: readonly string[] },
): Promise<ExamplePair> {
  const folder = join(cacheDir(), "simulated");
  await makeFolder(folder);
  const options = {
    cells: 800,
    types: SIMULATED_TYPES,
    genes: 2000,
    vocabulary: genes,
    rarity: 0.5,
    depth: 2000,
  };
  const pair = simulatePair(await loadOntology(null), options, createRng(seed).split("example"));
  const input = join(folder, `blood-query-${seed}.h5ad`);
  const reference = join(folder, `blood-reference-${seed}.h5ad`);
  await writeAtlas(input, pair.query, { provenance: { seed } });
  await writeAtlas(reference, pair.reference, { provenance: { seed } });
  return { input, reference, labelKey: "cell_type", real: false };
}
