import type { NumberArray, ValueType } from "./hdf5_types.ts";

/** A stretch of the HDF5 library's memory that holds `count` decoded elements. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  readonly offset: number;
  readonly count: number;
}

type Target = Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor;
type TargetArray<T extends Target> = InstanceType<T>;

/**
 * Copies numbers out of the library's memory as `target`, converting in one pass.
 *
 * @throws {RangeError} when an integer does not fit into the target.
 * @throws {TypeError} when `type` is not numeric.
 */
export function decodeNumbers<T extends Target>(memory: Memory, type: ValueType, target: T): TargetArray<T> {
  const out = new target(memory.count);
  if (type.kind === "int" && type.size === 8) return decodeInt64(memory, out) as TargetArray<T>;
  const view = viewOf(memory, type);
  if (target === Int32Array && (view instanceof Uint32Array || type.kind === "float")) requireInt32(view);
  out.set(view);
  return out as TargetArray<T>;
}

function viewOf({ buffer, offset, count }: Memory, type: ValueType): NumberArray | Float16Array {
  if (type.kind === "bool") return new Uint8Array(buffer, offset, count);
  if (type.kind === "float") {
    if (type.size === 4) return new Float32Array(buffer, offset, count);
    if (type.size === 8) return new Float64Array(buffer, offset, count);
    if (type.size === 2) return new Float16Array(buffer, offset, count);
  }
  if (type.kind === "int") {
    if (type.size === 1) return new (type.signed ? Int8Array : Uint8Array)(buffer, offset, count);
    if (type.size === 2) return new (type.signed ? Int16Array : Uint16Array)(buffer, offset, count);
    if (type.size === 4) return new (type.signed ? Int32Array : Uint32Array)(buffer, offset, count);
  }
  throw new TypeError(`numbers were expected, it holds ${type.kind} values`);
}

/** 64-bit integers from their 32-bit halves: several times faster than through BigInt. */
function decodeInt64({ buffer, offset, count }: Memory, out: Float32Array | Float64Array | Int32Array) {
  const low = new Uint32Array(buffer, offset, 2 * count);
  const high = new Int32Array(buffer, offset, 2 * count);
  if (out instanceof Int32Array) {
    for (let i = 0; i < count; i++) {
      const value = low[2 * i] | 0;
      if (high[2 * i + 1] !== value >> 31) throw new RangeError("a 64-bit integer does not fit into 32 bits");
      out[i] = value;
    }
  } else {
    for (let i = 0; i < count; i++) out[i] = high[2 * i + 1] * 4294967296 + low[2 * i];
  }
  return out;
}

function requireInt32(values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if ((values[i] | 0) !== values[i]) throw new RangeError(`${values[i]} is not a 32-bit integer`);
  }
}

/** Fixed-length strings end at the first NUL; space-padded ones (Fortran style) lose their trailing spaces. */
export function decodeFixedStrings(memory: Memory, type: { size: number; padded: boolean }): string[] {
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(memory.buffer, memory.offset, memory.count * type.size);
  return Array.from({ length: memory.count }, (_, i) => {
    const slot = bytes.subarray(i * type.size, (i + 1) * type.size);
    const end = slot.indexOf(0);
    const text = decoder.decode(end < 0 ? slot : slot.subarray(0, end));
    return type.padded ? text.trimEnd() : text;
  });
}

/** The numbers or strings of one field of a table whose rows are `stride` bytes. */
export function gatherField(memory: Memory, stride: number, field: { offset: number; size: number }): Memory {
  const source = new Uint8Array(memory.buffer, memory.offset, memory.count * stride);
  const packed = new Uint8Array(memory.count * field.size);
  for (let i = 0; i < memory.count; i++) {
    const start = i * stride + field.offset;
    packed.set(source.subarray(start, start + field.size), i * field.size);
  }
  return { buffer: packed.buffer, offset: 0, count: memory.count };
}

/** Bytes of one element of `type` in memory (a variable-length string is a 32-bit pointer). */
export function sizeOf(type: ValueType): number {
  switch (type.kind) {
    case "int":
    case "float":
    case "table":
      return type.size;
    case "string":
      return type.variable ? 4 : type.size;
    case "bool":
      return 1;
    case "array":
      return type.shape.reduce((a, b) => a * b, 1) * sizeOf(type.of);
    default:
      throw new TypeError(`${type.kind} values cannot be read`);
  }
}
