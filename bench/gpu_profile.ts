import * as tf from "lib/tensor/mod.ts";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/** What one of the GPU's programs took, summed over its runs. */
export interface ProgramTime {
  readonly name: string;
  readonly runs: number;
  readonly ms: number;
}

/** The programs of `run` on backend webgpu by the GPU's own clock, longest first. */
export async function profilePrograms(run: () => void | Promise<void>): Promise<ProgramTime[]> {
  const backend = tf.backend() as unknown as WebGPUBackend;
  const names: string[] = [];
  const own = backend.runWebGPUProgram;
  backend.runWebGPUProgram = (...call) => {
    const result = own.apply(backend, call);
    names.push(call[0].shaderKey.split(/_|;/)[0]);
    return result;
  };
  try {
    const { getExtraProfileInfo } = await backend.time(() => void run()) as Awaited<
      ReturnType<WebGPUBackend["time"]>
    >;
    const times = getExtraProfileInfo!().split(", ").map((text) => Number(text.split(": ").at(-1)));
    return sumByName(names, times);
  } finally {
    backend.runWebGPUProgram = own;
  }
}

function sumByName(names: readonly string[], times: readonly number[]): ProgramTime[] {
  const sums = new Map<string, { runs: number; ms: number }>();
  names.forEach((name, i) => {
    const { runs, ms } = sums.get(name) ?? { runs: 0, ms: 0 };
    sums.set(name, { runs: runs + 1, ms: ms + times[i] });
  });
  return [...sums].map(([name, sum]) => ({ name, ...sum })).sort((a, b) => b.ms - a.ms);
}
