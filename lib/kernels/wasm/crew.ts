import { backendError, type Blas, host } from "../../runtime/mod.ts";
import type { KernelExports, Pointer } from "./exports.ts";
import { doJob, type Job, writeJob } from "./job.ts";

/** Threads that work on the same tensors: this one and its helpers, which share the memory of the backend. */
export interface Crew {
  /** Threads that a job may use, this one included. */
  threads(): number;
  /** Changes that number and returns what it was; null where it cannot be changed. */
  setThreads(threads: number): number | null;
  /** Threads that are ready, this one included: helpers start with the first job, which does not wait for them. */
  ready(): number;
  /** Does a job, here and, where there are any, by the helpers; returns when it is done. */
  share(job: Job): void;
}

/** Words of the memory by which the threads talk. */
export const WORDS = { order: 0, next: 1, done: 2, ready: 3, failed: 4 } as const;
/** An order counts up from this and ends in the number of helpers that it is for. */
export const ORDER = 256;
/** Offset of the written jobs, in bytes. */
export const JOB_AT = 64;
const CONTROL_BYTES = 8192;

/** The data that a helper is started with. */
export interface HelperStart {
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  readonly workspace: Pointer;
  /** The library that the helper opens, or "off". */
  readonly blas: string;
}

/** A crew of this thread alone, whose threads are those that the BLAS starts for a product. */
export const aloneCrew = (run: KernelExports, { setThreads }: Pick<Blas, "setThreads">): Crew => ({
  threads: () => 1,
  ready: () => 1,
  setThreads,
  share: (job) => doAlone(run, job),
});

function doAlone(run: KernelExports, job: Job): void {
  let block = 0;
  doJob(run, job, { thread: 0, next: () => block++ });
}

/**
 * A crew of up to `most` threads on shared memory. Its helpers start with the first job, which does not wait for them;
 * they sleep between jobs and do not keep the process alive.
 */
export function startCrew(
  run: KernelExports,
  { most, start }: { most: number; start: () => Omit<HelperStart, "control"> },
): Crew {
  const control = new SharedArrayBuffer(CONTROL_BYTES);
  const words = new Int32Array(control);
  const names = Object.keys(run).sort();
  let threads = most;
  let started = 1;
  let order = 0;

  function startHelpers() {
    for (; started < threads; started++) {
      const data: HelperStart = { ...start(), control };
      host.compute.startHelper("lib/kernels/wasm/helper.ts", data);
    }
  }

  function command(job: Job, helpers: number): void {
    writeJob(job, names, new Float64Array(control, JOB_AT));
    Atomics.store(words, WORDS.next, 0);
    Atomics.store(words, WORDS.done, 0);
    order = (order + ORDER) & 0x7fffff00;
    Atomics.store(words, WORDS.order, order | helpers);
    Atomics.notify(words, WORDS.order);
    try {
      doJob(run, job, { thread: 0, next: () => Atomics.add(words, WORDS.next, 1) });
    } finally {
      waitFor(words, helpers);
    }
    if (Atomics.load(words, WORDS.failed) !== 0) {
      throw backendError("Cannot compute: a thread of the engine failed; run again with KCELLFM_THREADS=1");
    }
  }

  return {
    threads: () => threads,
    ready: () => 1 + Atomics.load(words, WORDS.ready),
    setThreads(wanted) {
      const before = threads;
      threads = Math.max(1, Math.min(most, wanted));
      return before;
    },
    share(job) {
      if (started < threads) startHelpers();
      const helpers = Math.min(threads - 1, job.blocks - 1, Atomics.load(words, WORDS.ready));
      if (helpers < 1) doAlone(run, job);
      else command(job, helpers);
    },
  };
}

/** Waits until that number of helpers is done; most often they finish within microseconds of each other. */
function waitFor(words: Int32Array, helpers: number): void {
  for (let done = Atomics.load(words, WORDS.done); done < helpers; done = Atomics.load(words, WORDS.done)) {
    Atomics.wait(words, WORDS.done, done);
  }
}
