import { join } from "node:path";
import { createCommand, integer, runCommand } from "../lib/cli/mod.ts";
import { readBench } from "../lib/metrics/mod.ts";
import { resultsDir, writeFileAtomically } from "../lib/runtime/mod.ts";
import { writeDocument } from "./document.ts";
import { type Effort, measure } from "./measure.ts";
import { mergeRows } from "./rows.ts";

const QUICK: Effort = { repeats: 2, sampleMs: 2 };
const SAMPLE_MS = 20;
const CORES = navigator.hardwareConcurrency;

/** `deno task bench`: our time beside PyTorch's for the same work, in turns, so that both meet the same machine. */
const command = createCommand("bench", "Times the engine beside a PyTorch twin.", {
  out: "file of the rows (default: data/results/bench.json)",
})
  .option("--repeats <n>", "samples of each case and side", integer({ min: 1 }), 7)
  .option("--quick", "two short samples: says that it runs, not how fast")
  .option("--only <text>", "only the cases whose name (scale) holds this text")
  .option("--document", "measure nothing: write the tables and the figure of docs/PERFORMANCE.md anew")
  .option("--threads <n>", "threads of PyTorch and of a native BLAS", integer({ min: 1 }), CORES)
  .option("--workers <n>", "workers of the data-parallel step; 1 leaves it out", integer({ min: 1 }), CORES)
  .option("--python <path>", "the Python that has torch (default: KCELLFM_PYTHON, then python3)")
  .action(async ({ document, repeats, quick, out, ...flags }) => {
    if (document) return await writeDocument(readBench());
    const effort = quick ? QUICK : { repeats, sampleMs: SAMPLE_MS };
    const python = flags.python ?? Deno.env.get("KCELLFM_PYTHON") ?? "python3";
    const rows = await measure({ ...flags, effort, python });
    const path = out ?? join(resultsDir(), "bench.json");
    const all = out ? rows : mergeRows(readBench(), rows);
    await Deno.mkdir(resultsDir(), { recursive: true });
    await writeFileAtomically(path, `${JSON.stringify(all, null, 2)}\n`);
    console.log(`${rows.length} rows written to ${path}`);
  });

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
