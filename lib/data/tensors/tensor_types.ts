import { dataError } from "../../runtime/mod.ts";

/** Element types we read, by their safetensors names; reading widens each to one of the three of {@linkcode StoredTensor}. */
export type TensorDtype = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "I16" | "I8" | "U8" | "BOOL";

/** One stored tensor in row-major order; `dtype` is the type on disk, `data` what it was widened to. */
export interface StoredTensor {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** A tensor whose bytes stay in the file until they are asked for. */
export interface LazyTensor {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  /** Location of the tensor's bytes; tied tensors of one file have the same. */
  readonly place: string;
  /** @throws {KcellfmError} tag "file" or "data", when the file was cut short or an int64 needs more than 32 bits. */
  read(): StoredTensor;
}

/** Bytes of one element. */
export const DTYPE_BYTES: Readonly<Record<TensorDtype, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** Elements of a shape; 1 for a scalar. */
export const elementsOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/**
 * Little-endian elements as the array we compute with: floats as float32 (float64 loses digits), integers as int32.
 *
 * @throws {KcellfmError} tag "data", when an int64 does not fit 32 bits.
 */
export function widen(
  raw: Uint8Array<ArrayBuffer>,
  { dtype, where }: { dtype: TensorDtype; where: string },
): StoredTensor["data"] {
  const { buffer } = raw.byteOffset === 0 ? raw : raw.slice(); // the views below need aligned bytes
  switch (dtype) {
    case "F64":
      return Float32Array.from(new Float64Array(buffer));
    case "F32":
      return new Float32Array(buffer);
    case "F16":
      return Float32Array.from(new Float16Array(buffer));
    case "BF16": // the upper half of a float32
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
    case "I64":
      return narrowIntegers(new BigInt64Array(buffer), where);
    case "I32":
      return new Int32Array(buffer);
    case "I16":
      return Int32Array.from(new Int16Array(buffer));
    case "I8":
      return Int32Array.from(new Int8Array(buffer));
    case "U8":
    case "BOOL":
      return raw;
  }
}

function narrowIntegers(values: BigInt64Array, where: string): Int32Array {
  return Int32Array.from(values, (value) => {
    if (BigInt.asIntN(32, value) === value) return Number(value);
    throw dataError(`Cannot read ${where}: the int64 ${value} does not fit 32 bits; we compute with int32`);
  });
}
