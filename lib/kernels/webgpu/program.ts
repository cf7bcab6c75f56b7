import * as tf from "../../tensor/mod.ts";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/** One compute shader in WGSL, run through tfjs's own program interface. */
export interface Program {
  /** Names the code: programs of one name and equal constants must have the same. */
  readonly name: string;
  /** Read as flat arrays of these names. */
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  /** Shape of the float32 result, in the code the flat array `result`. */
  readonly shape: readonly number[];
  /** Compiled into the code as i32. */
  readonly constants?: Readonly<Record<string, number>>;
  /** In the code `uniforms.NAME`, i32; there is always `uniforms.size`, the number of results. */
  readonly integers?: Readonly<Record<string, number>>;
  /** In the code `uniforms.NAME`, f32. */
  readonly floats?: Readonly<Record<string, number>>;
  /** Threads to run (default: one a result), in workgroups of {@linkcode THREADS}. */
  readonly threads?: number;
  /** True if the results are sums of {@linkcode addAtomic}, which start at 0 (default false). */
  readonly atomic?: boolean;
  /** Functions, one of them `fn main(index : i32)`; more threads may run than were asked for. */
  readonly code: string;
}

/** Threads of a workgroup; in the code `THREADS`. */
export const THREADS = 64;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Runs a program on the current backend, which must be webgpu. */
export function runProgram(program: Program): tf.Tensor {
  const { name, inputs, shape, constants = {}, integers = {}, floats = {}, atomic = false } = program;
  const backend = tf.backend() as unknown as WebGPUBackend;
  const size = sizeOf(shape);
  const result = atomic ? tf.fill([...shape], 0) : toTensor(backend.makeTensorInfo([...shape], "float32"));
  backend.runWebGPUProgram(
    {
      variableNames: Object.keys(inputs),
      outputShape: [size],
      dispatchLayout: { x: [0] },
      dispatch: [Math.ceil((program.threads ?? size) / THREADS), 1, 1],
      workgroupSize: [THREADS, 1, 1],
      size: true,
      atomic,
      uniforms: declare(integers, "i32") + declare(floats, "f32"),
      shaderKey: [name, ...Object.values(constants)].join("_"),
      getUserCode: () => constantCode({ ...constants, THREADS }) + program.code,
    },
    Object.values(inputs).map(flat),
    "float32",
    [...values(integers, "int32"), ...values(floats, "float32")],
    flat(result),
  );
  return result;
}

const toTensor = (info: tf.TensorInfo): tf.Tensor => tf.engine().makeTensorFromTensorInfo(info);

/** All shapes of one rank, so that a program is compiled once. */
const flat = ({ dataId, dtype, shape }: tf.TensorInfo): tf.TensorInfo => (
  { dataId, dtype, shape: [sizeOf(shape)] }
);

const declare = (uniforms: object, type: string): string =>
  Object.keys(uniforms).map((name) => `${name} : ${type}, `).join("");

const values = (uniforms: object, type: string) =>
  Object.values(uniforms).map((value: number) => ({ type, data: [value] }));

const constantCode = (constants: Record<string, number>): string =>
  Object.entries(constants).map(([name, value]) => `const ${name} : i32 = ${value};\n`).join("");
