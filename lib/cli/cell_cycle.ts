import { engineName } from "../kernels/mod.ts";
import { writeResult } from "../metrics/mod.ts";
import { resultsDir, startBackend } from "../runtime/mod.ts";
import {
  type CycleSet,
  openCycleSet,
  repeatsOf,
  runCellCycle,
  TWINS,
} from "../experiments/cell_cycle/mod.ts";
import { splitName, type SplitRule } from "../baselines/mod.ts";
import { bestOntology } from "../experiments/pretrain/mod.ts";
import {
  createExperimentCommand,
  type ExperimentFlags,
  parseSplit,
  startFor,
  tuneFlags,
} from "./experiment.ts";
import { createProgress } from "./progress.ts";
import { resultTables } from "./results.ts";
import { interruptSignal, runCommand } from "./run.ts";
import { terminalTable } from "./table.ts";

/** `deno task cell-cycle`: tells the phase of the cell cycle, and the angle where it was measured. */
export const command = createExperimentCommand(
  "cell-cycle",
  "Fine-tunes the cell model to tell the phase of the cell cycle, beside baselines on the same cells.",
  `${
    Object.keys(TWINS).join(", ")
  }, or a file of cells whose phase is known (column phase or theta, or names such as G1_...)`,
)
  .option("--simulated", "use the simulated twin of a named set though its file is at hand")
  .action(async (flags) => {
    const set = await openCycleSet(flags.set, flags);
    const split: SplitRule = flags.split ? parseSplit(flags.split) : { by: "cells" };
    await runAndWrite(set, split, flags);
  });

async function runAndWrite(set: CycleSet, split: SplitRule, flags: ExperimentFlags): Promise<void> {
  const backend = await startBackend(flags.backend);
  const start = await startFor(set, flags);
  const { preset, seed, ablations, save, resume, repeats = repeatsOf(set.name) } = flags;
  console.error(
    `${set.name}: ${set.real ? "real" : "simulated"} cells, ${
      splitName(split)
    }, starts from ${start.name}; ` +
      `preset ${preset} ${JSON.stringify(start.model.config)}; ${engineName(backend)}`,
  );
  const bar = createProgress("cell-cycle", 1000);
  const run = await runCellCycle(set, {
    ...{ task: "cell-cycle", split, repeats, preset, seed, ablations, save, resume, start },
    tune: tuneFlags(flags),
    backend: engineName(backend),
    ontology: await bestOntology(),
    signal: interruptSignal(),
    onProgress: ({ done, total, note }) => bar.update(Math.floor(1000 * done / total), ` ${note}`),
  });
  bar.finish();
  set.source.close();
  const path = await writeResult(run.result, flags.out ?? resultsDir());
  console.log(resultTables([run.result]).map(terminalTable).join("\n"));
  console.log(`Written: ${path}`);
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
