import { join } from "node:path";
import { findDataset, openCells, simulateAtlas } from "../../data/mod.ts";
import { buildVocabulary, type GeneVocabulary, readVocabulary } from "../../genes/mod.ts";
import { loadOntology, type Ontology } from "../../ontology/mod.ts";
import { checkpointsDir, type Rng } from "../../runtime/mod.ts";
import { type Study, studyOf } from "./sets.ts";

/**
 * The real studies that the shipped checkpoint learns from. kang_ifnb_832 and pbmc68k_reduced are not here: they are
 * what it is tested on.
 */
export const REAL_STUDIES = [
  "pbmc3k",
  "pbmc_facs_sorted",
  "pancreas_5tech",
  "head_neck_tumour",
  "melanoma_t_cells",
  "merfish_lung",
] as const;

/** Studies to pretrain on, and whether they are real. */
export interface Sources {
  readonly real: boolean;
  readonly studies: readonly Study[];
}

/** The release of the Cell Ontology when it is at hand, else the embedded slim table. */
export const bestOntology = async (): Promise<Ontology> =>
  loadOntology(await findDataset("cl-simple-2026-03-26"));

/**
 * The gene vocabulary: from the human gene table when it is at hand, else the one shipped with the walkthrough checkpoint.
 */
export async function bestVocabulary(): Promise<GeneVocabulary> {
  const table = await findDataset("human_genes");
  if (table) return await buildVocabulary(table);
  return await readVocabulary(join(checkpointsDir(), "walkthrough", "genes.tsv"));
}

/** The real studies that are at hand (in the cache or the mirror); never the network. */
export async function realStudies(names: readonly string[] = REAL_STUDIES): Promise<Study[]> {
  const found = (await Promise.all(names.map((name) => findDataset(name)))).flatMap((path) => path ?? []);
  return await Promise.all(found.map(async (path) => studyOf(await openCells(path))));
}

/** A simulated atlas as one study, for where no real data are at hand. */
export function simulatedStudy(
  ontology: Ontology,
  { vocabulary, cells, types, rng }: { vocabulary: GeneVocabulary; cells: number; types: number; rng: Rng },
): Study {
  return studyOf(simulateAtlas(ontology, { cells, types, vocabulary: vocabulary.symbols }, rng));
}
