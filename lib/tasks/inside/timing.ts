import { createRng } from "../../runtime/mod.ts";
import { byKernel, drawHead, type Head } from "./head.ts";
import { inChunks, product, recurrence, scanMatrix } from "./scan.ts";

/** Longer sentences take the whole matrix more than a second. */
const LONGEST_MATRIX = 1024;

/** One way to scan, timed at growing lengths. */
export interface TimedScan {
  readonly name: string;
  readonly lengths: readonly number[];
  readonly milliseconds: readonly number[];
}

/** Times four ways to scan a head of 16 channels and 16 places: the best of three runs at each length. */
export function timeScans(lengths: readonly number[]): TimedScan[] {
  const heads = lengths.map((length) =>
    drawHead(createRng("timing").split(length), { length, channels: 16, places: 16 })
  );
  const timed = (name: string, scan: (head: Head) => unknown, longest = Infinity): TimedScan => {
    const fitting = heads.filter(({ x }) => x.length <= longest);
    return {
      name,
      lengths: fitting.map(({ x }) => x.length),
      milliseconds: fitting.map((head) => bestOf(3, () => scan(head))),
    };
  };
  return [
    timed("the whole matrix", (head) => product(scanMatrix(head), head.x), LONGEST_MATRIX),
    timed("token by token", recurrence),
    timed("in chunks of 32", (head) => inChunks(head, 32)),
    timed("the kernel (WebAssembly, chunks)", (head) => byKernel(head)),
  ];
}

function bestOf(times: number, run: () => unknown): number {
  const spent = Array.from({ length: times }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...spent);
}
