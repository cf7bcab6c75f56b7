import * as h5 from "h5wasm";
import type { ValueType } from "./types.ts";

/** True if elements are, or contain, pointers into the library's memory. */
export const holdsPointers = (type: ValueType): boolean =>
  type.kind === "string"
    ? type.variable
    : type.kind === "table" && type.members.some((m) => holdsPointers(m.type));

/** Frees what the pointers of a dataset that was read point at. */
export function reclaim(file: bigint, path: string, pointer: number, counts: bigint[] | null): void {
  if (counts) h5.Module.reclaim_vlen_memory_count(file, path, "", BigInt(pointer), counts);
  else h5.Module.reclaim_vlen_memory(file, path, "", BigInt(pointer));
}

/**
 * Runs `use` with a stretch of the library's memory.
 *
 * @throws {RangeError} when it has not so much.
 */
export function withMemory<T>(bytes: number, use: (pointer: number) => T): T {
  if (bytes > h5.Module.MAXIMUM_MEMORY / 2) {
    throw new RangeError(`${bytes} bytes at once are too many; read it in slices`);
  }
  const pointer = h5.Module._malloc(Math.max(bytes, 8));
  if (pointer === 0) throw new RangeError(`no memory for ${bytes} bytes; read it in slices`);
  try {
    return use(pointer);
  } finally {
    h5.Module._free(pointer);
  }
}
