import { join } from "node:path";
import { simulatePair } from "../../lib/simulate/mod.ts";
import { loadOntology } from "../../lib/ontology/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import { save, TYPES } from "../annotate/fixture.ts";

/** Sixty labelled cells to learn from and sixty to name, in files of a folder. */
export async function simulateFiles(folder: string) {
  const options = { cells: 60, genes: 120, types: TYPES, depth: 1500, rarity: 0.3 };
  const pair = simulatePair(await loadOntology(null), options, createRng(5));
  const paths = { reference: join(folder, "reference.h5ad"), query: join(folder, "query.h5ad") };
  await save(paths.reference, pair.reference);
  await save(paths.query, pair.query);
  return { ...paths, genes: pair.query.varNames };
}
