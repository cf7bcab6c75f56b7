import { type ArrayMeta, type Codec, type Json, type JsonObject, objectOf, wholeNumbers } from "./types.ts";
import { typeOfV2, typeOfV3 } from "./dtypes.ts";

/**
 * An array's metadata in version 2 (`.zarray`).
 *
 * Format: Zarr storage specification version 2.
 *
 * @throws {RangeError} when a part is missing or not known.
 */
export function metaV2(json: JsonObject): ArrayMeta {
  const { type, littleEndian } = typeOfV2(json.dtype);
  const filters = listOf(json.filters).map((filter) => codecOf(objectOf(filter), "id"));
  const text = filters.filter(({ name }) => name === "vlen-utf8");
  const compressor = json.compressor ? [codecOf(objectOf(json.compressor), "id")] : [];
  const others = filters.filter(({ name }) => name !== "vlen-utf8");
  if (others.length > 0) throw new RangeError(`filter ${others[0].name} is not known`);
  if (isObjects(json.dtype) && text.length === 0) throw new RangeError("its objects are of an unknown kind");
  const separator = json.dimension_separator === "/" ? "/" : ".";
  return checked({
    shape: wholeNumbers(json.shape, "shape"),
    chunks: wholeNumbers(json.chunks, "chunks"),
    type,
    littleEndian,
    isTransposed: json.order === "F",
    fill: json.fill_value ?? null,
    codecs: compressor,
    shards: null,
    keyOf: (chunk) => chunk.length === 0 ? "0" : chunk.join(separator),
  });
}

const isObjects = (dtype: Json): boolean => typeof dtype === "string" && dtype.endsWith("O");

/**
 * An array's metadata in version 3 (`zarr.json`).
 *
 * Format: Zarr core specification version 3, and its extensions `string`, `sharding_indexed`, `vlen-utf8`.
 *
 * @throws {RangeError} when a part is missing or not known.
 */
export function metaV3(json: JsonObject): ArrayMeta {
  const grid = objectOf(objectOf(json.chunk_grid).configuration);
  const outer = wholeNumbers(grid.chunk_shape, "chunk_shape");
  const { type, isBig } = typeOfV3(json.data_type);
  const chain = chainOf(listOf(json.codecs), outer.length);
  const shards = chain.shards && { ...chain.shards, shape: outer };
  const inner = chain.shards?.inner ?? chain;
  return checked({
    shape: wholeNumbers(json.shape, "shape"),
    chunks: chain.shards?.chunks ?? outer,
    type,
    littleEndian: inner.littleEndian && !isBig,
    isTransposed: inner.isTransposed,
    fill: json.fill_value ?? null,
    codecs: inner.codecs,
    shards,
    keyOf: keysOf(json.chunk_key_encoding),
  });
}

interface Chain {
  readonly littleEndian: boolean;
  readonly isTransposed: boolean;
  readonly codecs: Codec[];
  readonly shards: { chunks: number[]; inner: Chain; index: Codec[]; indexAtStart: boolean } | null;
}

/** Translates a list of codecs into the order of the numbers and the packing of their bytes. */
function chainOf(list: readonly Json[], dimensions: number): Chain {
  const codecs = list.map((codec) => codecOf(objectOf(codec), "name"));
  let chain: Chain = { littleEndian: true, isTransposed: false, codecs: [], shards: null };
  for (const { name, options } of codecs) {
    if (name === "transpose") chain = { ...chain, isTransposed: isReversed(options.order, dimensions) };
    else if (name === "bytes") chain = { ...chain, littleEndian: options.endian !== "big" };
    else if (name === "sharding_indexed") chain = { ...chain, shards: shardsOf(options, dimensions) };
    else if (name !== "vlen-utf8") chain.codecs.push({ name, options });
  }
  return chain;
}

function shardsOf(options: JsonObject, dimensions: number): NonNullable<Chain["shards"]> {
  const inner = chainOf(listOf(options.codecs), dimensions);
  if (inner.shards) throw new RangeError("shards inside shards are not known");
  return {
    chunks: wholeNumbers(options.chunk_shape, "chunk_shape"),
    inner,
    index: chainOf(listOf(options.index_codecs), 1).codecs,
    indexAtStart: options.index_location === "start",
  };
}

/** Of the orders that a transposition may have: as it is, or the last dimension first. */
function isReversed(order: Json, dimensions: number): boolean {
  if (order === "C" || order === "F") return order === "F";
  const axes = wholeNumbers(order, "order");
  if (axes.every((axis, i) => axis === i)) return false;
  if (axes.every((axis, i) => axis === dimensions - 1 - i)) return true;
  throw new RangeError(`the order of dimensions [${axes}] is not known`);
}

function keysOf(encoding: Json): ArrayMeta["keyOf"] {
  const { name, configuration } = encoding ? objectOf(encoding) : { name: "default", configuration: null };
  const separator = configuration ? objectOf(configuration).separator : undefined;
  if (name === "v2") {
    return (chunk) => chunk.length === 0 ? "0" : chunk.join(separator === "/" ? "/" : ".");
  }
  return (chunk) => ["c", ...chunk].join(separator === "." ? "." : "/");
}

function codecOf(json: JsonObject, key: "id" | "name"): Codec {
  const name = json[key];
  if (typeof name !== "string") throw new RangeError("a codec has no name");
  return { name, options: key === "id" ? json : json.configuration ? objectOf(json.configuration) : {} };
}

const listOf = (json: Json): readonly Json[] => Array.isArray(json) ? json : [];

/** Elements of a chunk, and dimensions, beyond which no program writes. */
const MOST_ELEMENTS = 2 ** 30;
const MOST_DIMENSIONS = 32;

function checked(meta: ArrayMeta): ArrayMeta {
  const { shape, chunks, shards } = meta;
  const elements = (of: readonly number[]) => of.reduce((a, b) => a * b, 1);
  const isSound = shape.length === chunks.length && shape.length <= MOST_DIMENSIONS &&
    chunks.every((size) => size > 0) && elements(chunks) <= MOST_ELEMENTS;
  if (!isSound) throw new RangeError(`its chunks [${chunks}] do not fit its shape [${shape}]`);
  const fits = !shards || shards.shape.length === chunks.length &&
      shards.shape.every((size, axis) => size > 0 && size % chunks[axis] === 0) &&
      elements(shards.shape) / elements(chunks) <= 2 ** 24;
  if (!fits) throw new RangeError(`its shards [${shards?.shape}] do not fit its chunks [${chunks}]`);
  return meta;
}
