import { join } from "node:path";
import { type GeneVocabulary, matchGenes } from "../../genes/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { checkpointsDir, type Rng } from "../../runtime/mod.ts";
import { loadTypeVectors, type TypeVectors } from "../../text/mod.ts";
import { bestOntology, bestVocabulary, realStudies, type Study, type StudySource } from "../pretrain/mod.ts";
import { pickCells, rowsOfTypes } from "./cells.ts";

/** Real sets whose labels are fine enough to name a type, and that share genes. */
export const POOL: readonly StudySource[] = [
  { name: "pbmc3k" },
  { name: "pbmc_facs_sorted" },
  { name: "kang_ifnb_832" },
  { name: "pbmc68k_reduced", labels: "bulk_labels", useRaw: true },
  { name: "pancreas_5tech" },
  { name: "head_neck_tumour" },
  { name: "melanoma_t_cells" },
];

/** A gene that fewer sets measure tells sets apart, not types. */
const FEWEST_SETS = 2;

/** Labelled cells of several real sets. */
export interface Pool {
  readonly studies: readonly Study[];
  readonly vocabulary: GeneVocabulary;
  readonly ontology: Ontology;
  /** Text vectors of all terms: the candidates. */
  readonly types: TypeVectors;
}

/**
 * The labelled cells of the available real sets, at most `most` of a type in a set, drawn at random. Cells without a
 * label are left out: they could be of any type. Null where fewer than two of the sets are available.
 */
export async function openPool({ most, rng }: { most: number; rng: Rng }): Promise<Pool | null> {
  const ontology = await bestOntology();
  const types = loadTypeVectors(join(checkpointsDir(), "text-walkthrough"));
  const found = await realStudies(POOL, ontology);
  if (found.length < 2) return null;
  const known = new Set(types.ids.filter((id) => ontology.terms.has(id)));
  const studies = found.map((study) => drawCells(study, { known, most, rng: rng.split(study.name) }));
  found.forEach(({ source }) => source.close());
  return { studies, vocabulary: sharedGenes(studies, await bestVocabulary()), ontology, types };
}

function drawCells(
  study: Study,
  { known, most, rng }: { known: Set<string>; most: number; rng: Rng },
): Study {
  const byType = Map.groupBy(rowsOfTypes(study, known), (row) => study.types[row]);
  const drawn = [...byType].flatMap(([id, rows]) => rng.split(`${id}`).shuffle(rows).slice(0, most));
  return pickCells(study, drawn);
}

/** The genes of a vocabulary that at least two of the sets measure. */
function sharedGenes(studies: readonly Study[], vocabulary: GeneVocabulary): GeneVocabulary {
  const sets = new Int32Array(vocabulary.symbols.length);
  for (const { source } of studies) {
    for (const token of new Set(matchGenes(source, vocabulary).tokenOf)) if (token >= 0) sets[token]++;
  }
  const kept = [...sets.keys()].filter((token) => sets[token] >= FEWEST_SETS);
  const { symbols, ensembl, aliases } = vocabulary;
  return {
    symbols: kept.map((token) => symbols[token]),
    ensembl: kept.map((token) => ensembl[token]),
    aliases: kept.map((token) => aliases[token]),
  };
}
