import { join } from "node:path";
import { type CellModel, selectTypes } from "../../cell/mod.ts";
import { findDataset } from "../../data/fetch/mod.ts";
import { openCells } from "../../data/mod.ts";
import { type GeneVocabulary, symbolVocabulary } from "../../genes/mod.ts";
import { keyOf, liveTerms, loadOntology, type Ontology, readLabels } from "../../ontology/mod.ts";
import { checkpointsDir, createRng, dataError, fileError, type Rng } from "../../runtime/mod.ts";
import { simulateAtlas } from "../../simulate/mod.ts";
import { loadTypeVectors, type TypeVectors } from "../../text/mod.ts";
import { type Study, studyOf } from "../pretrain/mod.ts";
import { pickCells, rowsOfTypes } from "./cells.ts";
import type { OriginalNovelSet } from "./published.ts";

/** Training data for a model of seen types. */
export interface SeenTypes {
  readonly seen: readonly Study[];
  readonly vocabulary: GeneVocabulary;
  readonly ontology: Ontology;
  /** Text vectors of the terms. */
  readonly types: TypeVectors;
}

/** A whole experiment on types that were dealt out. */
export interface NovelExperiment extends SeenTypes {
  readonly name: string;
  readonly real: boolean;
  readonly validation: Study;
  readonly novel: Study;
}

/**
 * The simulated atlas of an experiment, grown on the embedded slim table, so that it is the same everywhere; its terms
 * alone are ranked, by the shipped text vectors.
 */
export async function simulatedNovelSet(
  options: Partial<NovelAtlasOptions> & { seed: number },
): Promise<NovelExperiment> {
  const { seed, ...atlas } = options;
  const ontology = await loadOntology(null);
  const text = loadTypeVectors(join(checkpointsDir(), "text-walkthrough"));
  const types = selectTypes(text, liveTerms(ontology).map(({ id }) => id));
  const split = growNovelAtlas(ontology, { ...NOVEL_ATLAS, ...atlas }, createRng(seed).split("novel atlas"));
  return { ...split, name: "simulated", real: false, ontology, types };
}

/** Options of a simulated atlas for novel types. */
export interface NovelAtlasOptions {
  readonly cells: number;
  /** Types whose cells are learned from. */
  readonly seen: number;
  /** Types by which rules are chosen; never learned from. */
  readonly validation: number;
  /** Types that are named in the end; nothing is chosen by them. */
  readonly novel: number;
  readonly genes: number;
  /** Median of the UMIs a cell. */
  readonly depth: number;
  /** Exponent of the power law of abundance. */
  readonly rarity: number;
}

/** The same number of seen types as scTab (less those that rules are chosen by), and of novel ones as the original's set 1. */
export const NOVEL_ATLAS: NovelAtlasOptions = {
  cells: 12_000,
  seen: 160,
  validation: 25,
  novel: 75,
  genes: 2000,
  depth: 2000,
  rarity: 0.3,
};

/** Cells in three parts that share no type. */
export interface NovelSplit {
  readonly seen: readonly Study[];
  readonly validation: Study;
  readonly novel: Study;
  readonly vocabulary: GeneVocabulary;
}

/**
 * Grows an atlas on the ontology (see `simulateAtlas`) and deals its types out at random, so that a novel type can have
 * seen siblings, parents or children, as in scCello's sets, but none of its own cells are learned from.
 */
export function growNovelAtlas(ontology: Ontology, options: NovelAtlasOptions, rng: Rng): NovelSplit {
  const { cells, seen, validation, novel, genes, depth, rarity } = options;
  const types = seen + validation + novel;
  const atlas = simulateAtlas(ontology, { cells, types, genes, depth, rarity }, rng.split("atlas"));
  const dealt = rng.split("roles").shuffle(atlas.types.map(({ id }) => id));
  const study = studyOf(atlas);
  const part = (name: string, from: number, to: number) => {
    const rows = rowsOfTypes(study, new Set(dealt.slice(from, to)));
    return pickCells({ ...study, name }, rows);
  };
  return {
    seen: [part("seen types", 0, seen)],
    validation: part("validation types", seen, seen + validation),
    novel: part("novel types", seen + validation, types),
    vocabulary: symbolVocabulary(atlas.varNames),
  };
}

/** The original's sets in the registry. */
const REGISTERED: Readonly<Record<OriginalNovelSet, string>> = {
  novel_cell_data1: "novel_types_1",
  novel_cell_data2: "novel_types_2",
};

/**
 * The `.h5ad` in one of the original's archives, at any depth.
 *
 * @throws {KcellfmError} tag "file", when the archive is not available, or holds none or several.
 */
export async function findOriginal(name: OriginalNovelSet): Promise<string> {
  const archive = await findDataset(REGISTERED[name]);
  if (archive !== null) return await onlyH5ad(archive);
  throw fileError(
    `Cannot open ${name}: it is neither in the cache nor in KCELLFM_MIRROR; \`deno task data fetch ` +
      `${REGISTERED[name]}\` brings it`,
  );
}

/** The one `.h5ad` below a folder. @throws {KcellfmError} tag "file", when there is none, or more than one. */
export async function onlyH5ad(folder: string): Promise<string> {
  const files = await filesBelow(folder);
  const found = files.filter((path) => path.endsWith(".h5ad"));
  if (found.length === 1) return found[0];
  const held = files.slice(0, 5).map((path) => path.slice(folder.length + 1)).join(", ") || "nothing";
  throw fileError(
    `Cannot use ${folder}: expected one .h5ad in it, found ${found.length} (it holds ${held}); write its cells as ` +
      `one .h5ad whose obs has cell_type, and give that by --set`,
  );
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) files.push(...await filesBelow(path));
    else files.push(path);
  }
  return files.sort();
}

/**
 * Cells of a file whose labels are terms that a model has a text vector of and was not trained on.
 *
 * @throws {KcellfmError} tag "data", when there are fewer than two such types.
 */
export async function openNovelCells(
  path: string,
  { model, ontology, labels = "cell_type", useRaw }: {
    model: CellModel;
    ontology: Ontology;
    /** Column of obs that names the types. */
    labels?: string;
    useRaw?: boolean;
  },
): Promise<Study> {
  const source = await openCells(path, { useRaw });
  try {
    const types = readLabels(source, labels, ontology).map((type) => type && keyOf(type));
    const seen = new Set(model.classes);
    const known = new Set(model.types.ids.filter((id) => ontology.terms.has(id)));
    const all = [...new Set(types)].filter((id) => id !== null);
    const novel = new Set(all.filter((id) => known.has(id) && !seen.has(id)));
    if (novel.size < 2) {
      const met = all.filter((id) => seen.has(id)).length;
      throw dataError(
        `Cannot score ${source.name}: ${novel.size} of its ${all.length} types are new to the model and have a text ` +
          `vector, at least 2 are needed (${met} it was trained on; see obs "${labels}", or use another --checkpoint)`,
      );
    }
    const study = { name: source.name, source, types };
    return pickCells(study, rowsOfTypes(study, novel));
  } finally {
    source.close();
  }
}
