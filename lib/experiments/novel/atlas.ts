import { simulateAtlas } from "../../simulate/mod.ts";
import { type GeneVocabulary, symbolVocabulary } from "../../genes/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import type { Rng } from "../../runtime/mod.ts";
import { type Study, studyOf } from "../pretrain/mod.ts";
import { pickCells, rowsOfTypes } from "./cells.ts";

/** How a simulated atlas for novel types is grown. */
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

/** As many seen types as scTab has (less those that rules are chosen by), as many novel ones as the original's set 1. */
export const NOVEL_ATLAS: NovelAtlasOptions = {
  ...{ cells: 12_000, seen: 160, validation: 25, novel: 75 },
  ...{ genes: 2000, depth: 2000, rarity: 0.3 },
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
