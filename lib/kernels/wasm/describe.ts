import * as tf from "../../tensor/mod.ts";
import { engineOf } from "./register.ts";

/** The engine of matrix products and fused kernels, for headers and results. */
export interface EngineDescription {
  /** The native BLAS in use, or why there is none. */
  readonly blas: string;
  /** The one command that installs one, where none was found. */
  readonly advice?: string;
  /** True where multiply-adds round once (relaxed SIMD). */
  readonly relaxedSimd: boolean;
  /** Threads that share the work of an operator. */
  readonly threads: number;
}

/** Describes the engine of the current backend; on others than wasm there is none of ours. */
export function describeEngine(): EngineDescription {
  const backend = tf.getBackend();
  if (backend !== "wasm") return { blas: `none (backend ${backend})`, relaxedSimd: false, threads: 1 };
  const { blas, relaxed, crew } = engineOf(tf.backend());
  return { blas: blas.name, advice: blas.advice, relaxedSimd: relaxed, threads: crew.threads() };
}

/**
 * Sets on how many threads this thread's operators compute: one where several workers compute at once, else one a core.
 *
 * @returns how many it was, or null where there is nothing to set
 */
export function setThreads(threads: number): number | null {
  return tf.getBackend() === "wasm" ? engineOf(tf.backend()).crew.setThreads(threads) : null;
}

/** The backend as results name it: `wasm+blas` where a native BLAS computes its products. */
export function engineName({ name }: { name: string }): string {
  return name === "wasm" && engineOf(tf.backend()).blas.gemmOn ? "wasm+blas" : name;
}

/** The backend, why it runs, and what its matrix products run on, in one line for the head of a run. */
export function engineLine({ name, why }: { name: string; why: string }): string {
  if (name !== "wasm") return `${name} (${why})`;
  const { blas, advice, relaxedSimd, threads } = describeEngine();
  const library = advice ? `${blas} (${advice} makes products faster)` : blas;
  return `wasm (${why}), BLAS ${library}, relaxed SIMD ${relaxedSimd ? "on" : "off"}, threads ${threads}`;
}
