import {
  NEIGHBOURS,
  openSpatialSet,
  ORIGINAL_SETS,
  ownSplit,
  parseSpatialSplit,
  runSpatial,
  VALUE_CODINGS,
} from "../experiments/spatial/mod.ts";
import { createExperimentCommand, runExperimentCommand } from "./experiment.ts";
import { integer, oneOf } from "./flags.ts";
import { runCommand } from "./run.ts";

/** `deno task spatial`: tells the types of tissue cells by their markers. */
export const command = createExperimentCommand(
  "spatial",
  "Fine-tunes the cell model to tell the cell types of a tissue by their markers, beside baselines on the same cells.",
  `${
    ORIGINAL_SETS.join(", ")
  }, a registered set (codex_colorectal, ...), or a file with markers, x, y and a label`,
)
  .option("--test <file>", "a second file to report on; --set is then learned from")
  .option("--label-key <column>", "the column of labels (default: cell_type_A, cell_type, ...)")
  .option(
    "--markers <file>",
    "a table of markers and their genes, in front of the shipped lib/genes/markers.tsv",
  )
  .option(
    "--neighbours <k>",
    "nearest cells whose mean is a cell's neighbourhood, 0 for none",
    integer({ min: 0 }),
    NEIGHBOURS,
  )
  .option(
    "--values <how>",
    `${VALUE_CODINGS.join(", ")} (default: chosen on validation cells)`,
    oneOf(VALUE_CODINGS),
  )
  .option("--cells <n>", "cells of each part at most, to learn from and to report on", integer({ min: 20 }))
  .option("--min-cells <n>", "types with fewer cells take no part", integer({ min: 2 }), 10)
  .action(async (flags) => {
    const cells = flags.cells === undefined ? undefined : { train: flags.cells, test: flags.cells };
    const set = await openSpatialSet(flags.set, { ...flags, cells });
    const split = flags.split ? parseSpatialSplit(flags.split, set.cells) : ownSplit(set.cells);
    const { repeats = 1, neighbours, markers, values: coding } = flags;
    await runExperimentCommand("spatial", set, {
      flags,
      split,
      fileAs: split === ownSplit(set.cells) ? undefined : `${set.name}_${split}`,
      run: (setup) => runSpatial(set, { ...setup, split, repeats, neighbours, markers, coding }),
    });
  });

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
