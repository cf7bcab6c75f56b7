import type { KernelExports } from "./exports.ts";

/** A function of the compiled module and its arguments. */
export type Call = readonly [name: keyof KernelExports, ...args: number[]];

/** An argument of shared work: the same for all, or an address that each block or each thread has `per` bytes further on. */
export type Argument = number | {
  readonly from: number;
  readonly perBlock?: number;
  readonly perThread?: number;
};

/** Work on rows that several threads can share: blocks of neighbouring rows, each done by whoever is free. */
export interface Job {
  /** Calls that each thread makes first, since what they describe is kept by each instance. */
  readonly setup?: readonly Call[];
  /** The function of a block, called with its first row and the row after its last before these arguments. */
  readonly work: readonly [name: keyof KernelExports, ...args: Argument[]];
  readonly rows: number;
  /** Blocks to cut the rows into. What is summed over rows depends on it, so it never depends on the threads. */
  readonly blocks: number;
}

/** Numbers that a job takes when it is written down. */
const HEAD = 3;
/** And each argument of its work. */
const FIELDS = 3;

/** Writes a job down as numbers that another thread can read; functions by their place in `names`. */
export function writeJob(
  { setup = [], work, rows, blocks }: Job,
  names: readonly string[],
  to: Float64Array,
): void {
  let at = 0;
  const put = (...numbers: number[]) => numbers.forEach((number) => to[at++] = number);
  put(rows, blocks, setup.length);
  for (const [name, ...args] of setup) put(names.indexOf(name), args.length, ...args);
  const [name, ...args] = work;
  put(names.indexOf(name), args.length);
  for (const arg of args) {
    if (typeof arg === "number") put(arg, 0, 0);
    else put(arg.from, arg.perBlock ?? 0, arg.perThread ?? 0);
  }
}

/** A job as {@linkcode writeJob} wrote it. */
export function readJob(from: Float64Array, names: readonly string[]): Job {
  let at = HEAD;
  const [rows, blocks, calls] = from;
  const name = () => names[from[at++]] as keyof KernelExports;
  const setup = Array.from({ length: calls }, (): Call => {
    const called = name();
    const count = from[at++];
    at += count;
    return [called, ...from.subarray(at - count, at)];
  });
  const worker = name();
  const args = Array.from({ length: from[at++] }, (_, i): Argument => {
    const [base, perBlock, perThread] = from.subarray(at + FIELDS * i, at + FIELDS * (i + 1));
    return { from: base, perBlock, perThread };
  });
  return { setup, work: [worker, ...args], rows, blocks };
}

/** Does the blocks of a job that `next` gives, from 0 on, until it gives one too many. */
export function doJob(
  run: KernelExports,
  { setup = [], work: [name, ...args], rows, blocks }: Job,
  { thread, next }: { thread: number; next: () => number },
): void {
  const call = (name: keyof KernelExports, ...args: number[]) =>
    (run[name] as (...args: number[]) => number)(...args);
  let prepared = false;
  for (let block = next(); block < blocks; block = next()) {
    if (!prepared) setup.forEach(([name, ...args]) => call(name, ...args));
    prepared = true;
    const at = args.map((arg) =>
      typeof arg === "number" ? arg : arg.from + block * (arg.perBlock ?? 0) + thread * (arg.perThread ?? 0)
    );
    call(name, edge(block, rows, blocks), edge(block + 1, rows, blocks), ...at);
  }
}

/** The first row of a block. */
const edge = (block: number, rows: number, blocks: number): number => Math.floor(block * rows / blocks);
