import type { Case } from "./case.ts";
import type { Twin } from "./twin.ts";

/** Milliseconds of single runs, sample by sample. */
export interface Samples {
  readonly ours: number[];
  /** Empty without a twin. */
  readonly torch: number[];
}

export interface TimingOptions {
  readonly twin: Twin | null;
  readonly repeats: number;
  /** A sample of a short case is the mean of as many runs as fill this time. */
  readonly sampleMs: number;
}

/** Threads of either side may spin for a while after their last product; the other side waits for them to sleep. */
const REST_MS = 30;

/** Samples of both sides in turns (ours, twin, ours, twin, ...), so that both meet the same machine. */
export async function timeCase(one: Case, { twin, repeats, sampleMs }: TimingOptions): Promise<Samples> {
  const ourRuns = runsOf(await clock(one.run, 1), sampleMs);
  const torchRuns = runsOf(await twin?.time(1) ?? Infinity, sampleMs);
  const samples: Samples = { ours: [], torch: [] };
  for (let i = 0; i < repeats; i++) {
    await rest();
    samples.ours.push(await clock(one.run, ourRuns));
    if (!twin) continue;
    await rest();
    samples.torch.push(await twin.time(torchRuns));
  }
  return samples;
}

const rest = () => new Promise((resolve) => setTimeout(resolve, REST_MS));

const runsOf = (firstMs: number, sampleMs: number): number =>
  Math.max(1, Math.min(50, Math.ceil(sampleMs / firstMs)));

/** Milliseconds of one of `count` runs. */
export async function clock(run: Case["run"], count: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const pending = run();
    if (pending) await pending; // most are not, and a turn of the event loop would be timed with them
  }
  return (performance.now() - start) / count;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Sums of up to 10^7 float32 numbers in other orders. */
const TOLERANCE = 2e-3;

/** Runs the case once on both sides. @throws {Error} when they do not compute the same. */
export async function assertSameWork(one: Case, name: string, twin: Twin | null): Promise<void> {
  const { tolerance = TOLERANCE } = one;
  const ours = one.check();
  const theirs = await twin?.build(one.spec) ?? ours;
  const same = ours.length === theirs.length &&
    ours.every((value, i) => Math.abs(value - theirs[i]) <= tolerance * Math.abs(theirs[i]) + 1e-12);
  if (!same) throw new Error(`The twin of "${name}" does other work: ${theirs} there, ${ours} here`);
}
