import { BackendWasm } from "@tensorflow/tfjs-backend-wasm"; // registers its kernels before ours take their place
import * as tf from "../../tensor/mod.ts";
import { startEngine, type WasmBackend, type WasmEngine } from "./engine.ts";

/** One engine a backend, for as long as the backend lives. */
const engines = new WeakMap<object, WasmEngine>();

/** The engine on this backend, started on first use. */
export function engineOf(backend: object): WasmEngine {
  const known = engines.get(backend);
  if (known) return known;
  if (!(backend instanceof BackendWasm)) {
    throw new TypeError("Cannot run kernels of wasm: another backend runs");
  }
  const started = startEngine(backend as unknown as WasmBackend);
  engines.set(backend, started);
  return started;
}

export type Inputs = Record<string, tf.TensorInfo>;
export type KernelBody<A> = (
  engine: WasmEngine,
  inputs: Inputs,
  attributes: A,
) => tf.TensorInfo | tf.TensorInfo[];

/** Registers one of our kernels for the wasm backend, in place of tfjs's own of that name. */
export function registerWasm<A = Record<string, never>>(kernelName: string, body: KernelBody<A>): void {
  const backendName = "wasm";
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, backend, attrs }) =>
      body(engineOf(backend), inputs as Inputs, attrs as unknown as A),
  });
}
