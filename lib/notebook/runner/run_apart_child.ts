import { messageOf } from "../../runtime/mod.ts";
import { runNotebook } from "./run_notebook.ts";

/** The parent's job for this process: its one argument, as JSON. */
export interface ApartJob {
  readonly path: string;
  readonly cellTimeout?: number;
  /** Path of the finished run, as JSON. */
  readonly out: string;
}

/** One line of this process's output. */
export type ApartMessage =
  | { readonly kernel: number }
  | { readonly cell: number; readonly of: number }
  | { readonly error: string };

const say = (message: ApartMessage) => console.log(JSON.stringify(message));

if (import.meta.main) {
  const { out, path, cellTimeout }: ApartJob = JSON.parse(Deno.args[0]);
  const controller = new AbortController();
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => controller.abort());
  try {
    await runNotebook(path, {
      cellTimeout,
      signal: controller.signal,
      onKernel: (kernel) => say({ kernel }),
      onCell: (cell, of) => say({ cell, of }),
      onRun: (run) => Deno.writeTextFileSync(out, JSON.stringify(run)),
    });
  } catch (error) {
    say({ error: messageOf(error) });
  }
}
