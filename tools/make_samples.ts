import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { runCommand } from "../lib/cli/mod.ts";
import { findDataset } from "../lib/data/fetch/mod.ts";
import { openCells, writeH5ad } from "../lib/data/mod.ts";
import { stackRows } from "../lib/matrix/mod.ts";
import { dataError, ROOT } from "../lib/runtime/mod.ts";

const SOURCE = "pbmc_frozen_donor_a";
const CELLS = 300;
const SAMPLE = join(ROOT, "data/samples/pbmc_donor_a_300.h5ad");

/** Writes the real cells that come with the repository, from the registry's set at hand; see data/samples/README.md. */
export const command = new Command("tools/make_samples.ts")
  .description("Writes data/samples from the sets of the registry.")
  .option("--debug", "print the stack of an error")
  .action(async () => {
    const path = await findDataset(SOURCE);
    if (path === null) throw dataError(`Cannot make a sample: ${SOURCE} is not at hand; set KCELLFM_MIRROR`);
    await writeSample(path, SAMPLE);
    console.log(`Written: ${SAMPLE}`);
  });

/** A file of every n-th cell, so that a file sorted by sample or type gives some of each. */
async function writeSample(path: string, out: string): Promise<void> {
  const source = await openCells(path);
  try {
    const rows = Array.from({ length: CELLS }, (_, i) => Math.floor(i * source.nObs / CELLS));
    const x = stackRows(rows.map((row) => source.rows(row, row + 1)), source.nVars);
    const { varNames } = source;
    await writeH5ad(out, { x: [x], obsNames: rows.map((row) => source.obsNames[row]), varNames, gzip: 9 });
  } finally {
    source.close();
  }
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
