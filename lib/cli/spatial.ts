import { engineName } from "../kernels/mod.ts";
import { writeResult } from "../metrics/mod.ts";
import { resultsDir, startBackend } from "../runtime/mod.ts";
import { bestOntology } from "../experiments/pretrain/mod.ts";
import {
  NEIGHBOURS,
  openSpatialSet,
  ORIGINAL_SETS,
  ownSplit,
  parseSpatialSplit,
  runSpatial,
  type SpatialRun,
  type SpatialSet,
  type SpatialSplit,
  VALUE_CODINGS,
  type ValueCoding,
} from "../experiments/spatial/mod.ts";
import { createExperimentCommand, type ExperimentFlags, startFor, tuneFlags } from "./experiment.ts";
import { integer, oneOf } from "./flags.ts";
import { createProgress } from "./progress.ts";
import { resultTables } from "./results.ts";
import { interruptSignal, runCommand } from "./run.ts";
import { terminalTable } from "./table.ts";

interface SpatialFlags extends ExperimentFlags {
  readonly test?: string;
  readonly labelKey?: string;
  readonly markers?: string;
  readonly neighbours: number;
  readonly values?: ValueCoding;
  readonly minCells: number;
}

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
    console.error(
      [`${set.name}: ${set.real ? "real" : "simulated"} cells (${set.origin})`, ...set.notes].join("; "),
    );
    const split = flags.split ? parseSpatialSplit(flags.split, set.cells) : ownSplit(set.cells);
    const run = await runFlagged(set, split, flags);
    const fileAs = split === ownSplit(set.cells) ? set.name : `${set.name}_${split}`;
    const result = { ...run.result, set: fileAs };
    const path = await writeResult(result, flags.out ?? resultsDir());
    console.log(resultTables([result]).map(terminalTable).join("\n"));
    console.log(`Written: ${path}`);
  });

async function runFlagged(set: SpatialSet, split: SpatialSplit, flags: SpatialFlags): Promise<SpatialRun> {
  const backend = await startBackend(flags.backend);
  const start = await startFor(set, flags);
  console.error(
    `${split}, starts from ${start.name}; preset ${flags.preset} ${JSON.stringify(start.model.config)}`,
  );
  const bar = createProgress("spatial", 1000);
  const { preset, seed, ablations, save, resume, neighbours, markers, values } = flags;
  const run = await runSpatial(set, {
    ...{ split, start, preset, seed, ablations, save, resume, neighbours, markers, coding: values },
    repeats: flags.repeats ?? 1,
    backend: engineName(backend),
    ontology: await bestOntology(),
    tune: tuneFlags(flags),
    signal: interruptSignal(),
    onProgress: ({ done, total, note }) => bar.update(Math.floor(1000 * done / total), ` ${note}`),
  });
  bar.finish();
  return run;
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
