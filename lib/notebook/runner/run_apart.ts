import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileError, ROOT } from "../../runtime/mod.ts";
import type { ApartJob, ApartMessage } from "./run_apart_child.ts";
import type { NotebookRun, RunOptions } from "./run_notebook.ts";

const ENTRY = fileURLToPath(new URL("./run_apart_child.ts", import.meta.url));
/** Permissions of a runner: kernels to start, sockets of this machine, and zeromq's native code. */
const PERMISSIONS = ["read", "write", "env", "ffi", "sys", "run", "net=127.0.0.1"].map((kind) =>
  `--allow-${kind}`
);

/**
 * {@linkcode runNotebook} in a process of its own. zeromq's native code now and then ends its process when sockets close;
 * here that costs nothing, since the run is on the disk by then.
 *
 * @throws {KcellfmError} tag "file", when the notebook cannot be read or the process ends without a run.
 */
export async function runApart(path: string, options: Omit<RunOptions, "onRun"> = {}): Promise<NotebookRun> {
  const folder = await Deno.makeTempDir({ prefix: "kcellfm-chapter-" });
  const out = join(folder, "run.json");
  const job: ApartJob = { path, cellTimeout: options.cellTimeout, out };
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--config",
      join(ROOT, "deno.json"),
      ...PERMISSIONS,
      ENTRY,
      JSON.stringify(job),
    ],
    env: options.env,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const stop = () => child.kill("SIGTERM");
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    const told = await follow(child.stdout, options);
    const { code } = await child.status;
    const run = await readRun(out);
    if (code !== 0 && told.kernel !== undefined) endProcess(told.kernel);
    options.signal?.throwIfAborted();
    if (run) return run;
    throw fileError(
      told.error ?? `Cannot run ${path}: its process ended with code ${code} before the last cell`,
    );
  } finally {
    options.signal?.removeEventListener("abort", stop);
    await Deno.remove(folder, { recursive: true });
  }
}

/** A child's last report: its kernel's process, and the error that kept it from running, if any. */
interface Told {
  readonly kernel?: number;
  readonly error?: string;
}

/** Passes on which cell runs. */
async function follow(
  stdout: ReadableStream<Uint8Array>,
  { onCell }: Pick<RunOptions, "onCell">,
): Promise<Told> {
  let told: Told = {};
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of stdout) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const message: ApartMessage = JSON.parse(line);
      if ("cell" in message) onCell?.(message.cell, message.of);
      else told = { ...told, ...message };
    }
  }
  return told;
}

/** Ends the kernel of a child that could not do so itself; it may have ended already. */
function endProcess(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function readRun(path: string): Promise<NotebookRun | null> {
  const text = await Deno.readTextFile(path).catch(() => null);
  return text === null ? null : JSON.parse(text);
}
