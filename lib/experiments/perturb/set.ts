import type { TermTable } from "../../ontology/mod.ts";
import type { Table } from "../../matrix/mod.ts";

/** Unperturbed cells of one background (cell line, cell type): log1p of counts scaled to the set's total, cells x genes. */
export interface ControlCells {
  /** Name of the background; "" where a set has only one. */
  readonly context: string;
  readonly cells: Table;
  /** Mean of each gene over the cells. */
  readonly mean: Float32Array;
}

/** The task of a model: a perturbation and the cells that receive it. It says nothing of the outcome. */
export interface PerturbationTarget {
  /** "A+ctrl" for one gene, "A+B" for two; with a background, "A+ctrl in B cell". */
  readonly name: string;
  /** Symbols of the perturbed genes; they need not be among the measured genes. */
  readonly perturbed: readonly string[];
  readonly control: ControlCells;
}

/** A perturbation that was measured. */
export interface Condition extends PerturbationTarget {
  /** Its cells on the scale of the control cells, cells x genes. */
  readonly cells: Table;
  /** Mean of each gene over the cells. */
  readonly mean: Float32Array;
  /** The 20 genes (indices) of the smallest p value against control, first the most certain. */
  readonly differential: Int32Array;
  /** 1 for genes that GEARS' loss scores: with a non-zero mean in this condition, or among `differential`. */
  readonly scored: Uint8Array;
  /** Simulated sets: the noiseless change of each gene against control, log1p(total share) less that of control. */
  readonly truth?: Float32Array;
}

/** Cells of a perturbation experiment, condition by condition. */
export interface PerturbationSet {
  readonly name: string;
  readonly real: boolean;
  readonly sha256: string | null;
  /** Symbols of the measured genes, in the order of all columns. */
  readonly genes: readonly string[];
  /** Symbols of all genes of the file, over which counts were scaled. */
  readonly scaledOver: readonly string[];
  /** Sum that counts were scaled to before log1p; null if the file holds logarithms and does not show it. */
  readonly total: number | null;
  /** One entry a background. */
  readonly controls: readonly ControlCells[];
  readonly conditions: readonly Condition[];
  /** Every gene that some condition of the whole set perturbs, those of held-out conditions included. */
  readonly perturbable: readonly string[];
  /** Simulated sets: the noiseless change by losing any genes, measured together or not. */
  readonly truthOf?: (perturbed: readonly string[]) => Float32Array;
  /** Terms of genes that the file brings along, as simulated ones do. */
  readonly terms?: TermTable;
  /** Remarks on rows left out or found odd while reading, one sentence each. */
  readonly notes: readonly string[];
}

/** The conditions to learn from, to choose by and to report on, by name. */
export interface PerturbationSplit {
  /** Names the set that it was made for. */
  readonly set: string;
  /** "simulation seed 1", "leave-genes-out 2/5", "leave-type-out B cell". */
  readonly name: string;
  readonly train: readonly string[];
  readonly validation: readonly string[];
  readonly test: readonly string[];
  /** Of each test condition: unseen_single, combo_seen0, combo_seen1, combo_seen2, or the left-out background. */
  readonly groups: Readonly<Record<string, string>>;
}
