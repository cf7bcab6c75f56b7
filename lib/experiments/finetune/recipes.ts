import type { Result } from "../../metrics/mod.ts";
import type { SplitRule } from "../../baselines/mod.ts";
import type { TuneSettings } from "./tune_settings.ts";

/** A set that is known by name: how to read it, how to split it, and the simulated twin that stands in for it. */
export interface SetRecipe {
  /** Name in the registry. */
  readonly name: string;
  /** The command that runs it. */
  readonly task: "tcell" | "finetune";
  /** The model's task, for headers. */
  readonly what: string;
  /** Column of obs that is learned. */
  readonly labels: string;
  /** Column of obs whose groups can be left out in turn, and the word for one of them. */
  readonly groups?: { readonly column: string; readonly of: string };
  readonly split: SplitRule;
  readonly repeats: number;
  readonly twin: Twin;
  /** Settings with which the original tuned it (ORIGINAL section 5), at the preset of its size. */
  readonly paper?: Partial<TuneSettings>;
  /** Printed by the original for this very set. */
  readonly published?: Result["published"];
}

/** Cells to simulate in the form of a set: columns `cell_type`, its id, and the groups. */
export interface Twin {
  readonly types: readonly string[];
  readonly cells: number;
  readonly genes: number;
  readonly donors: number;
  /** Exponent of the power law of abundance. */
  readonly rarity: number;
}

/** The seven classes of GSE235760 (ORIGINAL section 5). */
const TUMOUR_T_CELLS = "CL:0000895 CL:0000904 CL:0000794 CL:0000913 CL:0000084 CL:0001050 CL:0000798".split(
  " ",
);
const BLOOD =
  ("CL:0000895 CL:0000897 CL:0001054 CL:0000236 CL:0000625 CL:0000875 CL:0000623 CL:0000451 " + "CL:0000233")
    .split(" ");
const SORTED =
  ("CL:0000623 CL:0000236 CL:0000897 CL:0000792 CL:0000492 CL:0000625 CL:0001054 CL:0000895 " + "CL:0000900")
    .split(" ");
const TUMOUR =
  ("CL:0000066 CL:0000057 CL:0000115 CL:0000084 CL:0000236 CL:0000576 CL:0000451 CL:0000097 " + "CL:0000187")
    .split(" ");
const PANCREAS = ["CL:0000171", "CL:0000169", "CL:0002079", "CL:0002064", "CL:0000173", "CL:0000115"];

/** T cells in cancer first, then the sets of the generic command. */
export const RECIPES: readonly SetRecipe[] = [
  {
    name: "t_cells_cancer",
    task: "tcell",
    what: "seven kinds of tumour T cells (GSE235760, the set of the paper)",
    labels: "cell_type",
    split: { by: "cells" },
    repeats: 1,
    twin: { types: TUMOUR_T_CELLS, cells: 1500, genes: 1500, donors: 4, rarity: 0.7 },
    paper: { layers: 2, epochs: 10, peak: 2e-4, weightDecay: 1e-3, length: 4096 },
    published: {
      accuracy: 0.8123,
      macro_f1: 0.7434,
      source: "KCellFM, saved notebook output: its own test file of 6,383 cells",
    },
  },
  {
    name: "melanoma_t_cells",
    task: "tcell",
    what: "seven states of T cells in melanoma, as their authors named them",
    labels: "author_label",
    groups: { column: "patient", of: "patient" },
    split: { by: "groups", of: "patient" },
    repeats: 1,
    twin: { types: TUMOUR_T_CELLS, cells: 900, genes: 1000, donors: 4, rarity: 1 },
  },
  {
    name: "pbmc_facs_sorted",
    task: "tcell",
    what: "nine sorted populations of blood, six of them T cells; the sort is the truth",
    labels: "cell_type",
    split: { by: "cells" },
    repeats: 3,
    twin: { types: SORTED, cells: 1500, genes: 1500, donors: 4, rarity: 0.7 },
  },
  {
    name: "head_neck_tumour",
    task: "tcell",
    what: "nine types of a head and neck tumour from five cells of each",
    labels: "cell_type",
    split: { by: "shots", shots: 5 },
    repeats: 5,
    twin: { types: TUMOUR, cells: 180, genes: 1500, donors: 2, rarity: 0 },
  },
  {
    name: "pbmc3k",
    task: "finetune",
    what: "nine types of blood cells",
    labels: "cell_type",
    split: { by: "cells" },
    repeats: 3,
    twin: { types: BLOOD, cells: 1500, genes: 1500, donors: 2, rarity: 0.8 },
  },
  {
    name: "pancreas_5tech",
    task: "finetune",
    what: "six types of pancreatic islets, measured in five ways",
    labels: "cell_type",
    groups: { column: "tech", of: "study" },
    split: { by: "groups", of: "study" },
    repeats: 1,
    twin: { types: PANCREAS, cells: 500, genes: 1200, donors: 5, rarity: 0.8 },
  },
];
