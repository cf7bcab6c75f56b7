import { detectValues, type GeneVocabulary, matchGenes, type ModelCells } from "../../genes/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { type Rng, usageError } from "../../runtime/mod.ts";
import { corpusSources, realStudies, type Study, type StudySource } from "../pretrain/mod.ts";

/** Labelled cells that a model has never seen. */
export interface ZeroShotSet {
  readonly name: string;
  readonly cells: ModelCells;
  /** Cell Ontology id of each cell, null where it has none. */
  readonly truth: readonly (string | null)[];
}

/** Sets to score on: those that settings are chosen by, or training sets that a checkpoint left out, by name. */
export function zeroShotSources(names: readonly string[] = []): StudySource[] {
  const development = corpusSources("development");
  if (names.length === 0) return development;
  const known = [...development, ...corpusSources("train")];
  const unknown = names.filter((name) => !known.some((source) => source.name === name));
  if (unknown.length === 0) return known.filter(({ name }) => names.includes(name));
  throw usageError(
    `Cannot score on ${unknown.join(", ")}: the corpus has ${known.map(({ name }) => name).join(", ")}`,
  );
}

/** Opens the sets that are available, never from the network; close their sources. */
export async function openZeroShotSets(
  sources: readonly StudySource[],
  { vocabulary, ontology }: { vocabulary: GeneVocabulary; ontology: Ontology },
): Promise<ZeroShotSet[]> {
  const studies = await realStudies(sources, ontology);
  if (studies.length > 0) return studies.map((study) => zeroShotSet(study, vocabulary));
  throw usageError(
    "Cannot score without a reference: none of the sets is in data/cache or KCELLFM_MIRROR; see `deno task data list`",
  );
}

/** A study as a set to score on: a panel of any size will do. */
export function zeroShotSet({ name, source, types, values }: Study, vocabulary: GeneVocabulary): ZeroShotSet {
  const { tokenOf } = matchGenes(source, vocabulary, { floor: 0 });
  const cells = {
    source,
    values: detectValues(source, { expect: values }),
    tokenOf,
    genes: vocabulary.symbols.length,
  };
  return { name: name.replace(/\.h5ad$/, ""), cells, truth: types };
}

/** The set as if only these genes of the vocabulary had been measured. */
export function withGenes(set: ZeroShotSet, kept: ReadonlySet<number>): ZeroShotSet {
  const tokenOf = set.cells.tokenOf.map((token) => kept.has(token) ? token : -1);
  return { ...set, name: `${set.name}-${kept.size}_genes`, cells: { ...set.cells, tokenOf } };
}

/** So many genes of a set, drawn; all where it has no more. */
export function drawGenes({ cells }: ZeroShotSet, { count, rng }: { count: number; rng: Rng }): Set<number> {
  const genes = [...new Set(cells.tokenOf)].filter((token) => token >= 0).sort((a, b) => a - b);
  return new Set(rng.shuffle(genes).slice(0, count));
}
