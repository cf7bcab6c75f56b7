import * as tf from "../tensor/mod.ts";
import { setThreads } from "../kernels/mod.ts";
import { flattenParams, type ParamTree } from "../nn/mod.ts";
import { type BackendName, host } from "../runtime/mod.ts";
import { type SharedTensors, shareTensors, writeShared } from "./shared.ts";
import { startThread, type Thread } from "./thread.ts";

/** Options for starting a group of workers. */
export interface WorkersOptions {
  /** The module that calls `serveReplica`, below the root folder. */
  readonly entry: string;
  /** Plain data from which each worker builds its replica; copied to each. */
  readonly setup: unknown;
  /** Number of threads that compute, including this one. */
  readonly count: number;
  /** The parameters, which this thread alone changes. */
  readonly params: ParamTree;
  /** True for parameters that learn, by name. Default: all. */
  readonly trainable?: (name: string) => boolean;
}

/** Workers at most by default: beyond, the one thread that sums and steps holds the others up. */
const MOST_WORKERS = 8;

/**
 * Default number of workers: one per core on the wasm backend, or the share of the cores that
 * `KCELLFM_THREADS` gives it; other backends use the machine by themselves.
 */
export function usualWorkers(): number {
  const share = Number(host.env("KCELLFM_THREADS")) || navigator.hardwareConcurrency;
  return tf.getBackend() === "wasm" ? Math.min(MOST_WORKERS, share) : 1;
}

/** Threads that compute with copies of one model, beside this one. */
export interface Workers {
  /** Number of threads that compute, including this one. */
  readonly count: number;
  readonly threads: readonly Thread[];
  /** Shared memory that each thread writes its gradients to. */
  readonly gradients: readonly SharedTensors[];
  /** Copies the parameters as they are now to where the threads take them from. */
  publish(): void;
  /** Ends the threads and gives the BLAS its own threads back. */
  close(): void;
}

/**
 * Starts `count - 1` workers beside this thread, each with its own backend and its copy of the model. Whoever fails
 * ends them all, with one error; call `close` in any case.
 *
 * @throws {KcellfmError} when a worker cannot start.
 */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const { params, trainable = () => true, setup } = options;
  const all = flattenParams(params);
  const learning = new Map([...all].filter(([name]) => trainable(name)));
  const shared = shareTensors(all);
  const gradients = Array.from({ length: options.count - 1 }, () => shareTensors(learning));
  const { threads, close } = openThreads(options);
  const publish = () => writeShared(shared, all);
  publish();
  const common = { kind: "start", backend: tf.getBackend() as BackendName, setup } as const;
  const memory = { learning: [...learning.keys()], params: shared.buffer };
  try {
    await Promise.all(threads.map((thread, i) => {
      return thread.ask({ ...common, ...memory, gradients: gradients[i].buffer });
    }));
  } catch (error) {
    close();
    throw error;
  }
  return { count: options.count, threads, gradients, publish, close };
}

function openThreads({ entry, count }: WorkersOptions): Pick<Workers, "threads" | "close"> {
  const before = count > 1 ? setThreads(1) : null;
  const close = () => {
    threads.forEach((thread) => thread.close());
    if (before !== null) setThreads(before);
  };
  const threads = Array.from(
    { length: count - 1 },
    (_, i) => startThread(entry, { name: `worker ${i + 2} of ${count}`, onFailure: close }),
  );
  return { threads, close };
}
