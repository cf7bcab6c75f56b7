import { CONFIDENCE } from "../annotate/mod.ts";
import { statOrNull } from "../runtime/mod.ts";
import { ASKABLE_VALUES, READABLE_SPECIES } from "../genes/mod.ts";
import { createCommand, integer, namesIn, oneOf } from "./flags.ts";

/** Names split by commas, or the lines of a file. */
const listOrFile = (text: string): string[] =>
  statOrNull(text)?.isFile ? namesIn(Deno.readTextFileSync(text), "\n") : namesIn(text);

/** The command `annotate` without its action. */
export const annotateFlags = createCommand(
  "annotate",
  "Names the type of every cell of a file, with a report.",
  {
    out:
      "the answer: .h5ad, .h5mu, .zarr or .zarr.zip, or .csv/.tsv for the columns only (default: data/results/FILE.annotated.h5ad, or in FILE's form)",
  },
)
  .argument(
    "<file>",
    "cells: .h5ad, .zarr, .h5mu, .loom, 10x .h5, a MatrixMarket folder, .rds, .rda, .csv or .tsv (also .gz)",
  )
  .option("--reference <file>", "a labelled file to learn from (default: name cells by ontology text)")
  .option("--label-key <column>", "obs column of the reference that holds its labels", "cell_type")
  .option(
    "--truth-key <column>",
    "obs column of FILE with true types to score against, or none (default: the label key, if FILE has it)",
  )
  .option(
    "--checkpoint <path>",
    "the cell model: a folder, or a file of the original's weights (default: checkpoints/PRESET)",
  )
  .option("--text <folder>", "text checkpoint whose type vectors go with a file of the original's weights")
  .option("--report <path>", "the report, .html (default: beside --out)")
  .option(
    "--cas <path>",
    "also write the answer in the Cell Annotation Schema, .json, with markers as evidence",
  )
  .option(
    "--values <kind>",
    `what the values are: ${ASKABLE_VALUES.join(", ")} (default: what they look like)`,
    oneOf(ASKABLE_VALUES),
  )
  .option(
    "--species <name>",
    `whose genes FILE has: ${
      READABLE_SPECIES.join(", ")
    }, the latter by their human orthologues (default: what their names tell)`,
    oneOf(READABLE_SPECIES),
  )
  .option("--layer <name>", "read this layer in place of X")
  .option("--use-raw", "read raw in place of X")
  .option("--object <name>", "of an R file or SpatialData that holds several: the one with the cells")
  .option("--modality <name>", "of a MuData: the one with the genes (default: rna)")
  .option(
    "--candidates <which>",
    "without a reference, types that can be called: those the model was trained on, or all with a text vector (trained, all)",
    oneOf(["trained", "all"]),
    "trained",
  )
  .option(
    "--types <list>",
    "without a reference, types that cells can be, with all below them: names or ids split by commas, or a file with one a line",
    listOrFile,
  )
  .option("--exclude <list>", "without a reference, types that cells cannot be, in the same form", listOrFile)
  .option("--no-markers", "without a reference, leave out what marker genes of the types say")
  .option(
    "--no-neighbours",
    "without a reference, name each cell by itself, not averaged over its nearest in the file",
  )
  .option(
    "--confidence <p>",
    "a cell is rolled up the ontology until its summed probability is at least this, 0.5 to 1",
    Number,
    CONFIDENCE,
  )
  .option(
    "--clusters <column>",
    "obs column of FILE with clusters: each gets one name too, by the summed probabilities of its cells",
  )
  .option(
    "--workers <n>",
    "threads that share the cells (default: one a core, at most 8)",
    integer({ min: 1 }),
  )
  .option(
    "--hold-out-types",
    "instead of naming FILE: take each labelled type out of the reference in turn (default: of a half of FILE) and score how well novelty finds its cells",
  )
  .option("--ontology <file>", "an .obo or .obo.gz release (default: the one built in)");

export type AnnotateFlags = ReturnType<typeof annotateFlags.opts>;
