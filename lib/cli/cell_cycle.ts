import { splitName, type SplitRule } from "../baselines/mod.ts";
import { openCycleSet, repeatsOf, runCellCycle, TWINS } from "../experiments/cell_cycle/mod.ts";
import { createExperimentCommand, parseSplit, runExperimentCommand } from "./experiment.ts";
import { runCommand } from "./run.ts";

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
    const repeats = flags.repeats ?? repeatsOf(set.name);
    await runExperimentCommand("cell-cycle", set, {
      flags,
      split: splitName(split),
      run: (setup) => runCellCycle(set, { ...setup, task: "cell-cycle", split, repeats }),
    });
    set.source.close();
  });

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
