import { basename, join } from "node:path";
import { readResults } from "../metrics/mod.ts";
import { kernelEnv } from "../notebook/mod.ts";
import { type CellFailure, type NotebookRun, runNotebook } from "../notebook/runner/mod.ts";
import { writeSite } from "../notebook/site/mod.ts";
import { fileError, resultsDir, ROOT, usageError } from "../runtime/mod.ts";
import { createCommand, integer } from "./flags.ts";
import { resultTables } from "./results.ts";
import { interruptSignal, runCommand } from "./run.ts";

const options = createCommand("walkthrough", "Runs the notebooks and writes them as a web site.", {
  out: "folder of the site (default: data/results/walkthrough)",
})
  .option("--only <prefixes>", "only the notebooks that start so, such as 01,03")
  .option("--notebooks <folder>", "where the notebooks are (default: notebooks)")
  .option("--timeout <seconds>", "the longest that one cell may take", integer({ min: 1 }), 900);

type Flags = ReturnType<typeof options.opts>;

/** `deno task walkthrough`: every notebook in a real kernel, without Python, then one HTML index. */
export const command = options.action(async (flags) => {
  const start = performance.now();
  const paths = await notebookPaths(flags.notebooks ?? join(ROOT, "notebooks"), flags.only);
  const runs: NotebookRun[] = [];
  try {
    for await (const run of runAll(paths, flags)) runs.push(run);
  } finally {
    // what ran before a Ctrl-C can be read as well
    console.log(`\n${await writePages(runs, { ...flags, start })}`);
  }
  throwIfFailed(runs);
});

/** Notebooks in the order of their names, so of their numbers. */
async function notebookPaths(folder: string, only = ""): Promise<string[]> {
  const prefixes = only.split(",").filter(Boolean);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".ipynb")) names.push(name);
  const chosen = names.filter((name) =>
    prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix))
  );
  if (chosen.length === 0) {
    throw usageError(`No notebook of ${folder} starts with ${only} (there are: ${names.sort().join(", ")})`);
  }
  return chosen.sort().map((name) => join(folder, name));
}

async function* runAll(paths: readonly string[], options: Flags): AsyncGenerator<NotebookRun> {
  const signal = AbortSignal.any([interruptSignal(), terminationSignal()]);
  for (const path of paths) {
    const name = basename(path);
    const clock = startClock(name);
    const run = await runNotebook(path, {
      signal,
      cellTimeout: options.timeout,
      env: kernelEnv(options),
      onCell: clock.cell,
    }).finally(clock.stop);
    console.log(summary(name, run));
    for (const failure of run.failures) console.log(failureText(name, failure));
    yield run;
  }
}

async function writePages(
  runs: readonly NotebookRun[],
  { out, preset, start }: Flags & { start: number },
): Promise<string> {
  return await writeSite(out ?? join(resultsDir(), "walkthrough"), runs, {
    preset,
    seconds: (performance.now() - start) / 1000,
    tables: resultTables(await readResults()),
  });
}

/** Aborts when the process is told to end, as a time limit does, so that no kernel is left running. */
function terminationSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort(new DOMException("Stopped by SIGTERM", "AbortError"));
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  return controller.signal;
}

/** On a terminal, a line that says which cell runs, and for how long; a log gets only the lines of whole notebooks. */
function startClock(name: string) {
  if (!Deno.stdout.isTerminal()) return { cell: () => {}, stop: () => {} };
  let state = "starting its kernel", start = performance.now();
  const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`\r\x1b[2K${text}`));
  const draw = () => write(`       ${name}  ${state}, ${((performance.now() - start) / 1000).toFixed(0)} s`);
  const timer = setInterval(draw, 1000);
  return {
    cell(cell: number, of: number) {
      state = `cell ${cell}/${of}`;
      start = performance.now();
      draw();
    },
    stop() {
      clearInterval(timer);
      write("");
    },
  };
}

function summary(name: string, { failures, seconds, cellSeconds }: NotebookRun): string {
  const state = failures.length === 0 ? "ok    " : "FAILED";
  return `${state} ${name}  ${cellSeconds.length} cells, ${seconds.toFixed(1)} s`;
}

/** Notebook, cell, what happened, where in lib, and the cell itself. */
function failureText(name: string, { cell, message, at, source }: CellFailure): string {
  const code = source.split("\n").map((line) => `    | ${line}`);
  return [`  ${name}, cell ${cell}: ${message}`, ...(at ? [`    at ${at}`] : []), ...code].join("\n");
}

function throwIfFailed(runs: readonly NotebookRun[]): void {
  const failed = runs.filter(({ failures }) => failures.length > 0);
  if (failed.length === 0) return;
  const places = failed.map(({ path, failures }) => `${basename(path)} cell ${failures[0].cell}`);
  throw fileError(`${failed.length} of ${runs.length} notebooks failed: ${places.join(", ")}`);
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
