import * as tf from "../../tensor/mod.ts";
import { ssdScan } from "../../kernels/mod.ts";
import { createRng } from "../../runtime/mod.ts";
import { drawHead, type Head, kernelInputs } from "./head.ts";
import { product, recurrence, scanMatrix } from "./scan.ts";

/** Longer sentences take the whole matrix more than a second. */
const LONGEST_MATRIX = 512;

/** One way to scan, timed at growing lengths. */
export interface TimedScan {
  readonly name: string;
  readonly lengths: readonly number[];
  readonly milliseconds: readonly number[];
}

/** Times three ways to scan a head of 16 channels and 16 places: the best of some runs at each length. */
export function timeScans(lengths: readonly number[]): TimedScan[] {
  const heads = lengths.map((length) =>
    drawHead(createRng("timing").split(length), { length, channels: 16, places: 16 })
  );
  const timed = (name: string, time: (head: Head) => number, longest = Infinity): TimedScan => {
    const fitting = heads.filter(({ x }) => x.length <= longest);
    return { name, lengths: fitting.map(({ x }) => x.length), milliseconds: fitting.map(time) };
  };
  return [
    timed("the whole matrix", (head) => bestOf(4, () => product(scanMatrix(head), head.x)), LONGEST_MATRIX),
    timed("token by token", (head) => bestOf(4, () => recurrence(head))),
    timed("the kernel", timeKernel),
  ];
}

/** Of numbers that lie where it needs them, as within a model. */
function timeKernel(head: Head): number {
  return tf.tidy(() => {
    const inputs = kernelInputs(head);
    const lengths = tf.tensor1d([head.x.length], "int32");
    return bestOf(20, () => ssdScan(inputs, { lengths }).dataSync());
  });
}

function bestOf(times: number, run: () => unknown): number {
  const spent = Array.from({ length: times }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...spent);
}
