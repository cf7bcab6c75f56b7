import type { NumberArray } from "../../matrix/mod.ts";
import type { ValueType } from "./types.ts";

/** A stretch of memory, usually the HDF5 library's own, that holds `count` elements as they are stored. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  readonly offset: number;
  readonly count: number;
  /** True if nobody else uses the buffer, so that it need not be copied. */
  readonly isOurs?: boolean;
  /** The buffer that pointers point into, if not `buffer` itself. */
  readonly heapBuffer?: ArrayBuffer;
}

type Target = Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor;
type TargetArray<T extends Target> = InstanceType<T>;

/**
 * Numbers as `target`, copied and converted in one pass.
 *
 * @throws {RangeError} when an integer does not fit into the target.
 * @throws {TypeError} when `type` is not numeric.
 */
export function decodeNumbers<T extends Target>(memory: Memory, type: ValueType, target: T): TargetArray<T> {
  if (type.kind === "int" && type.size === 8) {
    return decodeInt64(memory, new target(memory.count)) as TargetArray<T>;
  }
  const view = viewOf(memory, type);
  if (memory.isOurs && view instanceof target) return view as TargetArray<T>;
  const out = new target(memory.count);
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

/** One field of a table (compound dataset): numbers may have several values a row. */
export type Field = { values: string[] } | { values: Float64Array | Int32Array; width: number };

/**
 * Strings of a fixed length, or pointers to NUL-terminated UTF-8 in the same memory.
 *
 * @throws {TypeError} when `type` is not text.
 */
export function decodeStrings(memory: Memory, type: ValueType): string[] {
  if (type.kind !== "string") throw new TypeError(`strings were expected, it holds ${type.kind} values`);
  return type.variable ? decodePointers(memory) : decodeFixedStrings(memory, type);
}

/** Joins all strings and decodes them at once: a decoder call for each would cost a microsecond. */
function decodePointers({ buffer, offset, count, heapBuffer = buffer }: Memory): string[] {
  if (count === 0) return [];
  const heap = new Uint8Array(heapBuffer);
  const pointers = new Uint32Array(buffer, offset, count);
  // A null pointer is an empty string.
  const ends = Uint32Array.from(pointers, (start) => start === 0 ? 0 : heap.indexOf(0, start));
  const joined = new Uint8Array(ends.reduce((sum, end, i) => sum + end - pointers[i] + 1, 0));
  let at = 0;
  for (let i = 0; i < count; i++) {
    joined.set(heap.subarray(pointers[i], ends[i]), at);
    at += ends[i] - pointers[i] + 1;
  }
  return new TextDecoder().decode(joined.subarray(0, -1)).split("\0");
}

/** One field of a table as strings or numbers; whole numbers as int32 where they fit. */
export function decodeField(memory: Memory, type: ValueType): Field {
  if (type.kind === "string") return { values: decodeStrings(memory, type) };
  const [of, width] = type.kind === "array" ? [type.of, type.shape.reduce((a, b) => a * b, 1)] : [type, 1];
  const values = decodeNumbers({ ...memory, count: memory.count * width }, of, Float64Array);
  const narrow = of.kind !== "float" && values.every((value) => (value | 0) === value);
  return { values: narrow ? Int32Array.from(values) : values, width };
}

/** Fixed-length strings end at the first NUL; space-padded ones (Fortran style) lose their trailing spaces. */
function decodeFixedStrings(memory: Memory, type: { size: number; padded: boolean }): string[] {
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
  return { buffer: packed.buffer, offset: 0, count: memory.count, heapBuffer: memory.buffer };
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
