import { basename } from "node:path";
import { messageOf } from "../../runtime/mod.ts";
import { readNotebook } from "../format.ts";
import { type NotebookRun, runApart } from "../runner/mod.ts";

/** Options for running a book. */
export interface BookOptions {
  /** Chapters that run side by side. */
  readonly jobs: number;
  /** Cores of the machine, which the chapters share. */
  readonly cores: number;
  readonly cellTimeout?: number;
  /** Beside the environment of this process: preset, seed, backend. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onStart?: (path: string) => void | Promise<void>;
  readonly onCell?: (path: string, cell: number, of: number) => void;
  readonly onRun?: (run: NotebookRun) => void | Promise<void>;
}

/** A chapter that has not run yet, as a run without outputs. */
export async function waitingRun(path: string): Promise<NotebookRun> {
  const notebook = await readNotebook(path);
  for (const cell of notebook.cells) {
    if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
  }
  return { path, notebook, seconds: 0, cellSeconds: [], failures: [], state: "waits" };
}

/**
 * Runs notebooks, each in a process of its own: the first alone on all cores, since it is what a newcomer reads while the
 * others run, then `jobs` side by side with an equal share of the cores.
 * A chapter whose process dies has failed; the others go on.
 *
 * @throws {DOMException} "AbortError", when the signal stops it, once all processes have ended.
 */
export async function runBook(paths: readonly string[], options: BookOptions): Promise<void> {
  const [first, ...rest] = paths;
  if (first === undefined) return;
  if (/^00-/.test(basename(first))) {
    await runChapter(first, options, options.cores);
    await share(rest, options);
  } else {
    await share(paths, options);
  }
}

async function share(paths: readonly string[], options: BookOptions): Promise<void> {
  const left = [...paths];
  const threads = Math.max(1, Math.floor(options.cores / Math.min(options.jobs, paths.length)));
  const work = async () => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      await runChapter(path, options, threads);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: options.jobs }, work));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

async function runChapter(path: string, options: BookOptions, threads: number): Promise<void> {
  const { cellTimeout, env, signal } = options;
  signal?.throwIfAborted();
  await options.onStart?.(path);
  const start = performance.now();
  const run = await runApart(path, {
    cellTimeout,
    signal,
    env: { ...env, KCELLFM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) },
    onCell: (cell, of) => options.onCell?.(path, cell, of),
  }).catch(async (error): Promise<NotebookRun> => {
    signal?.throwIfAborted();
    const { state: _, ...waiting } = await waitingRun(path);
    const failures = [{ cell: 1, message: messageOf(error), source: "" }];
    return { ...waiting, seconds: (performance.now() - start) / 1000, failures };
  });
  await options.onRun?.(run);
}
