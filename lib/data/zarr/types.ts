import type { ValueType } from "../hdf5/types.ts";

export type Json = string | number | boolean | null | undefined | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A step from stored bytes to the array's, with its settings. */
export interface Codec {
  readonly name: string;
  readonly options: JsonObject;
}

/** Files that hold many chunks each, with an index of where they lie. */
export interface Shards {
  /** Elements of a shard along each dimension. */
  readonly shape: readonly number[];
  readonly index: readonly Codec[];
  readonly indexAtStart: boolean;
}

/** Of fixed-width Unicode text: four bytes a character. */
export interface UnicodeType {
  readonly kind: "unicode";
  readonly size: number;
}

/** An array as either version of zarr describes it. */
export interface ArrayMeta {
  readonly shape: readonly number[];
  /** Elements of a chunk along each dimension; chunks at the edge are whole too. */
  readonly chunks: readonly number[];
  readonly type: ValueType | UnicodeType;
  readonly littleEndian: boolean;
  /** True if a chunk's first dimension varies fastest. */
  readonly isTransposed: boolean;
  /** The value of a missing chunk. */
  readonly fill: Json;
  /** From the array's bytes to the stored ones. */
  readonly codecs: readonly Codec[];
  readonly shards: Shards | null;
  /** The key of a chunk (or shard) below the array's own. */
  readonly keyOf: (chunk: readonly number[]) => string;
}

export function objectOf(json: Json): JsonObject {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as JsonObject;
  throw new RangeError("its metadata are damaged");
}

/** @throws {RangeError} when it is no list of whole numbers from 0 on. */
export function wholeNumbers(json: Json, name: string): number[] {
  const isSize = (item: Json): item is number => Number.isSafeInteger(item) && (item as number) >= 0;
  if (Array.isArray(json) && json.every(isSize)) return [...json];
  throw new RangeError(`its ${name} is no list of sizes`);
}
