import type { Case } from "./case.ts";
import { type Form, type Twin, TwinError } from "./twin.ts";

/** Milliseconds of single runs, sample by sample. */
export interface Samples {
  readonly ours: number[];
  /** Those of the twin by form; empty without a twin. */
  readonly theirs: Partial<Record<Form, number[]>>;
}

/** The forms of a case that the twin has built, with the seconds that each took to compile. */
export type Rivals = ReadonlyMap<Form, number>;

export interface TimingOptions {
  readonly twin: Twin | null;
  readonly repeats: number;
  /** A sample of a short case is the mean of as many runs as fill this time. */
  readonly sampleMs: number;
}

/** Threads of either side may spin for a while after their last product; the other side waits for them to sleep. */
const REST_MS = 30;

/** Samples of all sides in turns (ours, eager, compiled, ours, ...), so that all meet the same machine. */
export async function timeCase(
  one: Case,
  { twin, repeats, sampleMs, rivals }: TimingOptions & { rivals: Rivals },
): Promise<Samples> {
  const sides = [
    { samples: [] as number[], time: (count: number) => clock(one.run, count) },
    ...Array.from(rivals.keys(), (form) => (
      { samples: [] as number[], time: (count: number) => twin!.time(count, form) }
    )),
  ];
  const runs = await Array.fromAsync(sides, async ({ time }) => runsOf(await time(1), sampleMs));
  for (let i = 0; i < repeats; i++) {
    for (const [k, { samples, time }] of sides.entries()) {
      await rest();
      samples.push(await time(runs[k]));
    }
  }
  const [ours, ...theirs] = sides.map(({ samples }) => samples);
  return { ours, theirs: Object.fromEntries(Array.from(rivals.keys(), (form, i) => [form, theirs[i]])) };
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

/**
 * Builds the case in every form of the twin and runs each once. A form that the twin's machine cannot make (no compiler,
 * no onnxruntime) is left out, with its reason printed.
 *
 * @throws {Error} when they do not compute the same.
 */
export async function buildRivals(one: Case, name: string, twin: Twin | null): Promise<Rivals> {
  const rivals = new Map<Form, number>();
  if (!twin) return rivals;
  const ours = one.check();
  for (const form of ["eager", ...one.forms ?? []] as const) {
    try {
      const { check, seconds } = await twin.build(one.spec, form);
      assertSame(ours, check, { name: `${name}, ${form}`, tolerance: one.tolerance });
      rivals.set(form, seconds);
    } catch (error) {
      if (form === "eager" || !(error instanceof TwinError)) throw error;
      console.log(`${name}: ${form} is left out: ${error.message}`);
    }
  }
  return rivals;
}

function assertSame(
  ours: number[],
  theirs: number[],
  { name, tolerance = TOLERANCE }: { name: string; tolerance?: number },
): void {
  const same = ours.length === theirs.length &&
    ours.every((value, i) => Math.abs(value - theirs[i]) <= tolerance * Math.abs(theirs[i]) + 1e-12);
  if (!same) throw new Error(`The twin of "${name}" does other work: ${theirs} there, ${ours} here`);
}
