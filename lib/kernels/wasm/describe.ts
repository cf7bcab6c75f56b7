import * as tf from "../../tensor/mod.ts";
import { engineOf } from "./register.ts";

/** What matrix products and fused kernels run on, for headers and results. */
export interface EngineDescription {
  /** The native BLAS in use, or why there is none. */
  readonly blas: string;
  /** Whether multiply-adds round once (relaxed SIMD). */
  readonly relaxedSimd: boolean;
}

/** Describes the engine of the current backend; on others than wasm there is none of ours. */
export function describeEngine(): EngineDescription {
  if (tf.getBackend() !== "wasm") return { blas: `none (backend ${tf.getBackend()})`, relaxedSimd: false };
  const { blas, relaxed } = engineOf(tf.backend());
  return { blas: blas.name, relaxedSimd: relaxed };
}

/**
 * Sets on how many threads the BLAS computes one product, in this whole process: one where several workers compute at
 * once, else as many as there are cores.
 *
 * @returns how many it was, or null where there is nothing to set
 */
export function setBlasThreads(threads: number): number | null {
  return tf.getBackend() === "wasm" ? engineOf(tf.backend()).blas.setThreads(threads) : null;
}

/** The backend as results name it: `wasm+blas` where a native BLAS computes its products. */
export function engineName({ name }: { name: string }): string {
  return name === "wasm" && engineOf(tf.backend()).blas.gemmOn ? "wasm+blas" : name;
}

/** The backend, why it runs, and what its matrix products run on, in one line for the head of a run. */
export function engineLine({ name, why }: { name: string; why: string }): string {
  if (name !== "wasm") return `${name} (${why})`;
  const { blas, relaxedSimd } = describeEngine();
  return `wasm (${why}), BLAS ${blas}, relaxed SIMD ${relaxedSimd ? "on" : "off"}`;
}
