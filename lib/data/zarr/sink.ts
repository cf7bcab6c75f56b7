import { dirname, host, join } from "../../runtime/mod.ts";
import type { ElementSink } from "../h5ad/store.ts";
import type { NumberArray } from "../../matrix/mod.ts";
import type { AttributeValue, Layout } from "../hdf5/types.ts";
import { folderFiles } from "./files.ts";
import { ZarrStore } from "./store.ts";
import { encodeTexts } from "./texts.ts";
import type { Json, JsonObject } from "./types.ts";

/** Elements of a chunk where nobody says how many. */
const CHUNK = 1 << 16;
/** Deflate level of what is written: 1 reads as fast as 9, and every zarr knows gzip. */
const LEVEL = 1;

const DTYPES: Readonly<Record<string, readonly [v2: string, v3: string]>> = {
  Float32Array: ["<f4", "float32"],
  Float64Array: ["<f8", "float64"],
  Int8Array: ["|i1", "int8"],
  Int16Array: ["<i2", "int16"],
  Int32Array: ["<i4", "int32"],
  BigInt64Array: ["<i8", "int64"],
  Uint8Array: ["|u1", "uint8"],
  Uint16Array: ["<u2", "uint16"],
  Uint32Array: ["<u4", "uint32"],
};

/** A zarr hierarchy in a folder, written in either version. Arrays are written front to back, in whole chunks. */
export class ZarrSink extends ZarrStore implements ElementSink {
  /** Metadata of what was written, by the key of its file: what consolidated metadata have to be told. */
  readonly written = new Map<string, JsonObject>();
  override readonly version: 2 | 3;

  constructor(shown: string, readonly folder: string, version: 2 | 3) {
    super(shown, folderFiles(folder));
    this.version = version;
  }

  createGroup(path: string): void {
    if (this.version === 3) {
      this.#putJson(path, "zarr.json", { zarr_format: 3, node_type: "group", attributes: {} });
    } else this.#putJson(path, ".zgroup", { zarr_format: 2 });
  }

  setAttribute(path: string, name: string, value: AttributeValue): void {
    const json = value instanceof BigInt64Array ? Array.from(value, Number) : value as Json;
    const file = this.version === 3 ? "zarr.json" : ".zattrs";
    const known = this.#getJson(path, file) ??
      (this.version === 3 ? { zarr_format: 3, node_type: "group" } : {});
    if (this.version === 2) return this.#putJson(path, file, { ...known, [name]: json });
    this.#putJson(path, file, {
      ...known,
      attributes: { ...(known.attributes as JsonObject), [name]: json },
    });
  }

  createNumbers(path: string, data: NumberArray | BigInt64Array, layout: Layout = {}): void {
    this.#createArray(path, DTYPES[data.constructor.name], { data, layout });
  }

  createBooleans(path: string, data: readonly boolean[]): void {
    this.#createArray(path, ["|b1", "bool"], { data: Uint8Array.from(data, Number), layout: {} });
  }

  createStrings(path: string, data: readonly string[], layout: Layout = {}): void {
    const shape = layout.shape ?? [data.length];
    const chunks = shape.length === 0 ? [] : [Math.max(1, Math.min(CHUNK, shape[0])), ...shape.slice(1)];
    this.#putMeta(path, { shape, chunks, dtype: ["|O", "string"], isText: true });
    const step = chunks.reduce((a, b) => a * b, 1);
    for (let at = 0, i = 0; at < data.length; at += step, i++) {
      const piece = data.slice(at, at + step);
      const texts = shape.length === 0
        ? piece
        : [...piece, ...new Array<string>(step - piece.length).fill("")];
      this.#putChunk(path, shape.map((_, axis) => axis === 0 ? i : 0), encodeTexts(texts));
    }
  }

  resize(path: string, shape: readonly number[]): void {
    const file = this.version === 3 ? "zarr.json" : ".zarray";
    this.#putJson(path, file, { ...this.#getJson(path, file), shape });
  }

  writeNumbers(path: string, data: NumberArray | BigInt64Array, start = 0): void {
    this.forget(path);
    const { shape, chunks } = this.info(path);
    if (!shape || !chunks) throw new RangeError(`${path} is not cut into chunks`);
    const width = shape.slice(1).reduce((a, b) => a * b, 1);
    this.#putRows(path, data, { start, rows: chunks[0] ?? 1, width });
  }

  #createArray(
    path: string,
    dtype: readonly [string, string],
    { data, layout }: { data: NumberArray | BigInt64Array; layout: Layout },
  ): void {
    const shape = layout.shape ?? [data.length];
    const width = shape.slice(1).reduce((a, b) => a * b, 1);
    const rows = layout.chunks?.[0] ??
      Math.max(1, Math.min(shape[0] ?? 1, Math.floor(CHUNK / Math.max(width, 1)) || 1));
    this.#putMeta(path, {
      shape,
      chunks: shape.map((size, axis) => axis === 0 ? rows : Math.max(size, 1)),
      dtype,
      isText: false,
    });
    this.#putRows(path, data, { start: 0, rows, width });
  }

  /** Rows that begin at a chunk's first; the last chunk is filled up with zeros. */
  #putRows(
    path: string,
    data: NumberArray | BigInt64Array,
    { start, rows, width }: { start: number; rows: number; width: number },
  ): void {
    if (start % rows !== 0) throw new RangeError(`row ${start} of ${path} begins no chunk`);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const step = rows * width * data.BYTES_PER_ELEMENT;
    const rank = this.info(path).shape?.length ?? 0;
    for (let at = 0, i = start / rows; at < bytes.length; at += step, i++) {
      const chunk = new Uint8Array(step);
      chunk.set(bytes.subarray(at, at + step));
      this.#putChunk(path, Array.from({ length: rank }, (_, axis) => axis === 0 ? i : 0), chunk);
    }
  }

  #putChunk(path: string, chunk: readonly number[], bytes: Uint8Array): void {
    const key = this.version === 3 ? ["c", ...chunk].join("/") : chunk.join(".") || "0";
    this.#put(path, key, host.compression.pack(bytes, LEVEL));
  }

  #putMeta(path: string, array: Meta): void {
    if (this.version === 3) this.#putJson(path, "zarr.json", metaOfV3(array));
    else this.#putJson(path, ".zarray", metaOfV2(array));
    this.forget(path);
  }

  #getJson(path: string, name: string): JsonObject | null {
    const bytes = this.files.read(keyOf(path, name));
    return bytes && JSON.parse(new TextDecoder().decode(bytes));
  }

  #putJson(path: string, name: string, json: JsonObject): void {
    this.#put(path, name, new TextEncoder().encode(JSON.stringify(json, null, 2)));
    this.written.set(keyOf(path, name), json);
    this.forget(path);
  }

  #put(path: string, name: string, bytes: Uint8Array): void {
    const place = join(this.folder, keyOf(path, name));
    host.files.makeFolder(dirname(place));
    host.files.write(place, bytes);
  }
}

const keyOf = (path: string, name: string): string =>
  `${path.replace(/^\/+|\/+$/g, "")}/${name}`.replace(/^\//, "");

interface Meta {
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly dtype: readonly [v2: string, v3: string];
  readonly isText: boolean;
}

const metaOfV2 = ({ shape, chunks, dtype, isText }: Meta): JsonObject => ({
  zarr_format: 2,
  shape,
  chunks,
  dtype: dtype[0],
  compressor: { id: "gzip", level: LEVEL },
  fill_value: isText ? "" : dtype[0] === "|b1" ? false : 0,
  filters: isText ? [{ id: "vlen-utf8" }] : null,
  order: "C",
});

const metaOfV3 = ({ shape, chunks, dtype, isText }: Meta): JsonObject => ({
  zarr_format: 3,
  node_type: "array",
  shape,
  data_type: dtype[1],
  chunk_grid: { name: "regular", configuration: { chunk_shape: chunks } },
  chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
  fill_value: isText ? "" : dtype[1] === "bool" ? false : 0,
  codecs: [
    isText ? { name: "vlen-utf8" } : { name: "bytes", configuration: { endian: "little" } },
    { name: "gzip", configuration: { level: LEVEL } },
  ],
  attributes: {},
  storage_transformers: [],
});
