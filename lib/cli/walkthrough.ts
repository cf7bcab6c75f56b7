import { basename, join } from "node:path";
import { readResults } from "../metrics/mod.ts";
import { ChapterKeys, keptRun, readKept, runBook, waitingRun, writeKept } from "../notebook/book/mod.ts";
import { kernelEnv } from "../notebook/mod.ts";
import type { CellFailure, NotebookRun } from "../notebook/runner/mod.ts";
import { writeSite } from "../notebook/site/mod.ts";
import { fileError, resultsDir, ROOT, usageError } from "../runtime/mod.ts";
import { createCommand, integer } from "./flags.ts";
import { resultTables } from "./results.ts";
import { interruptSignal, runCommand } from "./run.ts";
import { startClock } from "./walkthrough_clock.ts";

/** Memory that a chapter takes at most, in bytes: chapters side by side must fit. */
const CHAPTER_MEMORY = 2.5e9;

/** `deno task walkthrough`: every notebook in a real kernel, without Python, and a site that fills up while they run. */
export const command = createCommand("walkthrough", "Runs the notebooks and writes them as a web site.", {
  out: "folder of the site (default: data/results/walkthrough)",
})
  .option("--only <prefixes>", "only the notebooks that start so, such as 01,03")
  .option("--all", "run also what has not changed since it ran through")
  .option(
    "--jobs <n>",
    "chapters side by side, which share the cores (default: one a core, as memory allows)",
    integer({ min: 1 }),
  )
  .option("--notebooks <folder>", "where the notebooks are (default: notebooks)")
  .option("--timeout <seconds>", "the longest that one cell may take", integer({ min: 1 }), 900)
  .action(async ({ only, all, jobs = usualJobs(), notebooks, timeout, out, ...settings }) => {
    const start = performance.now();
    const site = out ?? join(resultsDir(), "walkthrough");
    const paths = await notebookPaths(notebooks ?? join(ROOT, "notebooks"), only);
    const book = await openBook(paths, { site, env: kernelEnv(settings), all });
    const facts = () => ({
      preset: settings.preset,
      seconds: (performance.now() - start) / 1000,
      tables: resultTables(readResults()),
    });
    const index = await writeSite(site, [...book.runs.values()], facts());
    const clock = startClock(book.left.length);
    console.log(`${index} fills up while the notebooks run`);
    const update = async (run: NotebookRun) => {
      book.runs.set(run.path, run);
      await writeSite(site, [...book.runs.values()], { ...facts(), changed: run.path });
    };
    try {
      await runBook(book.left, {
        jobs,
        cores: navigator.hardwareConcurrency,
        cellTimeout: timeout,
        env: kernelEnv(settings),
        signal: AbortSignal.any([interruptSignal(), terminationSignal()]),
        onStart: async (path) => {
          clock.start(path);
          await update({ ...await waitingRun(path), state: "runs" });
        },
        onCell: clock.cell,
        onRun: async (run) => {
          clock.end(run.path, lines(run));
          await book.keep(run);
          await update(run);
        },
      });
    } finally {
      clock.stop();
      // what ran before a Ctrl-C can be read as well
      const ended = [...book.runs.values()].filter(({ state }) => state === undefined);
      console.log(`\n${await writeSite(site, ended, facts())}`);
    }
    throwIfFailed([...book.runs.values()]);
  });

/** One chapter a core, as far as the memory that is free allows. */
function usualJobs(): number {
  const fit = Math.floor(Deno.systemMemoryInfo().available / CHAPTER_MEMORY);
  return Math.max(1, Math.min(navigator.hardwareConcurrency, fit));
}

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

/** Tells the chapters that ran through before, with nothing changed since, from those that are left to run. */
async function openBook(
  paths: readonly string[],
  { site, env, all = false }: { site: string; env: Record<string, string>; all?: boolean },
) {
  const kept = await readKept(site);
  const keys = new ChapterKeys();
  const keyOf = new Map<string, string>();
  const runs = new Map<string, NotebookRun>();
  for (const path of paths) {
    const waiting = await waitingRun(path);
    const key = await keys.of(waiting.notebook, env);
    keyOf.set(path, key);
    const before = all ? null : await keptRun(path, { site, kept, key });
    if (before) {
      console.log(`same   ${basename(path)}  nothing has changed since it ran (--all runs it anyway)`);
    }
    runs.set(path, before ?? waiting);
  }
  return {
    runs,
    left: paths.filter((path) => runs.get(path)?.state === "waits"),
    /** Remembers a run that went through. */
    async keep({ path, failures, seconds, cellSeconds }: NotebookRun) {
      if (failures.length > 0) delete kept[basename(path)];
      else kept[basename(path)] = { key: keyOf.get(path) ?? "", seconds, cellSeconds: [...cellSeconds] };
      await writeKept(site, kept);
    },
  };
}

/** Aborts when the process is asked to end, as a time limit does, so that no kernel is left running. */
function terminationSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort(new DOMException("Stopped by SIGTERM", "AbortError"));
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  return controller.signal;
}

/** Log lines of a notebook that has ended. */
function lines({ path, failures, seconds, cellSeconds }: NotebookRun): string {
  const name = basename(path);
  const state = failures.length === 0 ? "ok    " : "FAILED";
  const summary = `${state} ${name}  ${cellSeconds.length} cells, ${seconds.toFixed(1)} s`;
  return [summary, ...failures.map((failure) => failureText(name, failure))].join("\n");
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
