import type { CellSource } from "../data/mod.ts";
import type { Population } from "./cells.ts";
import type { MarkerTable } from "./programs.ts";

/** Options for an atlas; the defaults fit a walkthrough on a laptop. */
export interface AtlasOptions {
  /** Default "simulated atlas". */
  readonly name?: string;
  /** Default 2,000. */
  readonly cells?: number;
  /** Number of cell types to choose, or their ids; default 40. */
  readonly types?: number | readonly string[];
  /** Number of genes to choose (default 2,000), or the symbols of a panel, in its order. */
  readonly genes?: number | readonly string[];
  /** Human gene symbols to draw further genes from once markers are in. */
  readonly vocabulary?: readonly string[];
  /** Marker genes by Cell Ontology id, for an ontology release that has none; default: those of the ontology. */
  readonly markers?: MarkerTable;
  /** Default 8; donor k belongs to batch k mod batches. */
  readonly donors?: number;
  /** Default 2. */
  readonly batches?: number;
  /** Median of the UMIs a cell; default 1,000. */
  readonly depth?: number;
  /** Exponent of the power law of abundance: the k-th type has 1/k^rarity of the first one's cells; default 1. */
  readonly rarity?: number;
  /** Standard deviation of a batch's effect on a log expression; default 0.3. A donor's is 0.1. */
  readonly batchEffect?: number;
  /** Chance that a transcript species of vanishing expression goes undetected; default 0.1. */
  readonly dropout?: number;
  /**
   * Which sampling of the same biology: atlases from one seed that differ only here have the same expression
   * programs, but other donors, batches and cells; default "atlas".
   */
  readonly sample?: string;
}

/** A cell type of a simulated atlas. */
export interface SimulatedType extends Population {
  /** Cell Ontology id. */
  readonly id: string;
}

/** Simulated raw counts with the truth they were drawn from. */
export interface SimulatedAtlas extends CellSource {
  /** Most abundant first. */
  readonly types: readonly SimulatedType[];
  /** Index into `types`, one entry a cell. */
  readonly typeOf: Int32Array;
}
