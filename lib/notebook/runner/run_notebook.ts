import { dirname, relative } from "node:path";
import { messageOf, ROOT } from "../../runtime/mod.ts";
import { type KernelClient, openClient } from "./client.ts";
import { type CodeCell, type Notebook, readNotebook } from "../format.ts";
import { type KernelProcess, startKernel } from "./kernel.ts";
import { createOutputRecorder } from "./outputs.ts";
import type { Message } from "./wire.ts";

export interface RunOptions {
  /** Seconds a cell may take; default 900. */
  readonly cellTimeout?: number;
  /** Beside the environment of this process: preset, seed, backend. */
  readonly env?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Called before each code cell, with its number among them from 1. */
  readonly onCell?: (cell: number, of: number) => void;
  /** Called with the process id of the kernel when it has started. */
  readonly onKernel?: (pid: number) => void;
  /** Called with the finished run before its sockets close, which now and then ends the process. */
  readonly onRun?: (run: NotebookRun) => void;
}

/** Failure of one cell. */
export interface CellFailure {
  /** Number among the code cells, from 1. */
  readonly cell: number;
  readonly message: string;
  /** The line of lib where it happened, from the root ("lib/data/h5ad.ts:12"), when it was not in the cell itself. */
  readonly at?: string;
  /** The cell's code: the kernel's own line numbers are those of its compiled form and would mislead. */
  readonly source: string;
}

/** A notebook as it came out of its kernel. */
export interface NotebookRun {
  readonly path: string;
  /** A copy with outputs; the file itself is never changed. */
  readonly notebook: Notebook;
  readonly seconds: number;
  readonly cellSeconds: readonly number[];
  readonly failures: readonly CellFailure[];
  /** Of one that has not ended; default: it has. */
  readonly state?: "waits" | "runs";
}

/**
 * Runs the cells of a notebook in order, in a fresh kernel in the notebook's folder. A failing cell ends the run
 * and is reported, not thrown; so is a cell that calls `show(` and has no output. The kernel is always ended.
 *
 * @throws {KcellfmError} tag "file", when the notebook cannot be read.
 */
export async function runNotebook(path: string, options: RunOptions = {}): Promise<NotebookRun> {
  const notebook = await readNotebook(path);
  const cells = notebook.cells.filter((cell) => cell.cell_type === "code");
  for (const cell of cells) Object.assign(cell, { outputs: [], execution_count: null });
  const start = performance.now();
  const kernel = await startKernel({ cwd: dirname(path), env: options.env });
  options.onKernel?.(kernel.pid);
  try {
    return await withClient(kernel, async (client) => {
      const { failures, cellSeconds } = await runCells(cells, { client, options });
      const silent = failures.length > 0 ? [] : silentCells(cells);
      const seconds = (performance.now() - start) / 1000;
      const run = { path, notebook, seconds, cellSeconds, failures: [...failures, ...silent] };
      options.onRun?.(run);
      return run;
    });
  } finally {
    await kernel.kill();
  }
}

/** A socket left open when the program ends takes the whole process down with it, so it is closed whatever happens. */
async function withClient<T>(kernel: KernelProcess, use: (client: KernelClient) => Promise<T>): Promise<T> {
  const client = openClient(kernel);
  try {
    await client.ready();
    return await use(client);
  } finally {
    client.close();
  }
}

interface Session {
  readonly client: KernelClient;
  readonly options: RunOptions;
}

async function runCells(cells: CodeCell[], { client, options }: Session) {
  const recorder = createOutputRecorder();
  const cellSeconds: number[] = [];
  for (const [index, cell] of cells.entries()) {
    if (cell.source.trim() === "") continue;
    options.onCell?.(index + 1, cells.length);
    const start = performance.now();
    const failure = await runCell(cell, { client, options, onOutput: recorder.forCell(cell) });
    cellSeconds.push((performance.now() - start) / 1000);
    if (failure) return { cellSeconds, failures: [{ ...failure, cell: index + 1, source: cell.source }] };
  }
  return { cellSeconds, failures: [] };
}

type CellSession = Session & { readonly onOutput: (message: Message) => void };
type Problem = Pick<CellFailure, "message" | "at">;

async function runCell(cell: CodeCell, session: CellSession): Promise<Problem | null> {
  const { signal, cellTimeout = 900 } = session.options;
  const timeout = AbortSignal.timeout(cellTimeout * 1000);
  try {
    const reply = await session.client.execute(cell.source, {
      onOutput: session.onOutput,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    cell.execution_count = Number(reply.content.execution_count);
    return reply.content.status === "ok" ? null : failureOf(reply);
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) return { message: `it did not end within ${cellTimeout} s` };
    return { message: messageOf(error) };
  }
}

function failureOf({ content }: Message): Problem {
  const { ename, evalue, traceback } = content as { ename: string; evalue: string; traceback: string[] };
  const frames = [...traceback.join("\n").matchAll(/file:\/\/(\S+?):(\d+):\d+/g)];
  const frame = frames.find(([, file]) => !file.endsWith("/runtime/errors.ts")); // where errors are made, not where they happen
  const at = frame ? `${relative(ROOT, frame[1])}:${frame[2]}` : undefined;
  return { message: `${ename}: ${evalue}`, ...(at ? { at } : {}) };
}

/** A cell that shows something and has nothing under it has lost it; a reader would see a hole. */
function silentCells(cells: CodeCell[]): CellFailure[] {
  return cells.flatMap((cell, index) => {
    const holds = /\bshow\(/.test(cell.source) && cell.outputs.length === 0;
    return holds
      ? [{ cell: index + 1, message: "it calls show() but has no output", source: cell.source }]
      : [];
  });
}
