import { fileError, KcellfmError, messageOf } from "../../runtime/mod.ts";
import type { ElementStore } from "../h5ad/store.ts";
import { decodeNumbers } from "../hdf5/decode.ts";
import type { Attribute, DatasetInfo, NumberTarget, Range } from "../hdf5/types.ts";
import { ZarrArray } from "./array.ts";
import { bytesOf } from "./dtypes.ts";
import type { ZarrFiles } from "./files.ts";
import { metaV2, metaV3 } from "./metadata.ts";
import { type Json, type JsonObject, objectOf } from "./types.ts";

/** A group or array with what is known of it. */
interface Node {
  readonly kind: "group" | "dataset";
  readonly attributes: JsonObject;
  /** Of an array, once it is looked into: one of an unknown kind keeps nothing else from being read. */
  readonly array: () => ZarrArray;
}

/**
 * A zarr hierarchy, version 2 or 3, as the readers of AnnData see it. Whatever goes wrong leaves here as one line that names
 * the hierarchy and the path inside it.
 */
export class ZarrStore implements ElementStore {
  readonly #nodes = new Map<string, Node | null>();
  readonly version: 2 | 3;

  constructor(readonly path: string, readonly files: ZarrFiles) {
    this.version = files.size("zarr.json") === null ? 2 : 3;
  }

  close(): void {}

  /** Looks at a path anew: it was written. */
  forget(path: string): void {
    this.#nodes.delete(clean(path));
  }

  kind(path: string): "group" | "dataset" | null {
    return this.#node(path)?.kind ?? null;
  }

  keys(path: string): string[] {
    const at = clean(path);
    return this.#run(
      path,
      () => this.files.names(at).filter((name) => !HIDDEN.has(name) && this.#node(joined(at, name)) !== null),
    );
  }

  attribute(path: string, name: string): Attribute {
    return plain(this.#node(path)?.attributes[name]);
  }

  info(path: string): DatasetInfo {
    const { meta } = this.#array(path);
    const type = meta.type.kind === "unicode"
      ? { kind: "string" as const, size: meta.type.size, variable: false, padded: false }
      : meta.type;
    return { shape: meta.shape, chunks: meta.chunks, type, size: bytesOf(meta.type), littleEndian: true };
  }

  numbers<T extends NumberTarget>(path: string, target: T, range?: Range): InstanceType<T> {
    return this.#run(path, () => {
      const { meta } = this.#array(path);
      const { start, count } = range ?? { start: 0, count: meta.shape[0] ?? 1 };
      const { buffer } = this.#array(path).bytes(start, count);
      const type = meta.type.kind === "unicode" ? { kind: "other" as const } : meta.type;
      const size = bytesOf(meta.type) || 1;
      return decodeNumbers(
        { buffer, offset: 0, count: buffer.byteLength / size, isOurs: true },
        type,
        target,
      );
    });
  }

  strings(path: string, range?: Range): string[] {
    return this.#run(path, () => {
      const array = this.#array(path);
      const { start, count } = range ?? { start: 0, count: array.meta.shape[0] ?? 1 };
      return array.texts(start, count);
    });
  }

  table(path: string): never {
    throw fileError(`Cannot read ${path} of ${this.path}: tables of zarr are not read`);
  }

  /** Slices are best read with what lies around them: no chunk is kept here. */
  readsChunks(): boolean {
    return false;
  }

  #array(path: string): ZarrArray {
    const node = this.#node(path);
    if (node?.kind === "dataset") return this.#run(path, node.array);
    throw fileError(`Cannot read ${path} of ${this.path}: there is no such array`);
  }

  #node(path: string): Node | null {
    const at = clean(path);
    let node = this.#nodes.get(at);
    if (node === undefined) {
      node = this.#run(path, () => this.#readNode(at));
      this.#nodes.set(at, node);
    }
    return node;
  }

  #readNode(at: string): Node | null {
    return this.version === 3 ? this.#nodeOfV3(at) : this.#nodeOfV2(at);
  }

  #nodeOfV3(at: string): Node | null {
    const json = this.#json(at, "zarr.json");
    if (!json) return null;
    return {
      kind: json.node_type === "array" ? "dataset" : "group",
      attributes: json.attributes ? objectOf(json.attributes) : {},
      array: once(() => new ZarrArray(this.files, at, metaV3(json))),
    };
  }

  #nodeOfV2(at: string): Node | null {
    const array = this.#json(at, ".zarray");
    if (!array && !this.#json(at, ".zgroup")) return null;
    return {
      kind: array ? "dataset" : "group",
      attributes: this.#json(at, ".zattrs") ?? {},
      array: once(() => new ZarrArray(this.files, at, metaV2(array ?? {}))),
    };
  }

  #json(at: string, name: string): JsonObject | null {
    const key = joined(at, name);
    const size = this.files.size(key);
    if (size === null) return null;
    if (size > LARGEST_JSON) throw new RangeError(`${name} has ${size} bytes`);
    const bytes = this.files.read(key);
    return bytes && objectOf(JSON.parse(bareNumbers(new TextDecoder().decode(bytes))));
  }

  #run<T>(path: string, call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (error instanceof KcellfmError) throw error;
      throw fileError(`Cannot read ${path} of ${this.path}: ${messageOf(error)}`, error);
    }
  }
}

/** Metadata of a hierarchy with consolidated ones are megabytes at most. */
const LARGEST_JSON = 1 << 28;
const HIDDEN = new Set([".zgroup", ".zattrs", ".zarray", ".zmetadata", "zarr.json", "c"]);

/** Python writes numbers that JSON has not. */
const bareNumbers = (text: string): string => text.replace(/(:\s*)(-?Infinity|NaN)(\s*[,}])/g, '$1"$2"$3');

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}

const joined = (folder: string, name: string): string => folder === "" ? name : `${folder}/${name}`;

const clean = (path: string): string => path.replace(/^\/+|\/+$/g, "");

function plain(json: Json): Attribute {
  if (typeof json === "string" || typeof json === "number") return json;
  if (typeof json === "boolean") return Number(json);
  if (!Array.isArray(json)) return null;
  return json.every((item) => typeof item === "string") ? [...json] as string[] : json.map(Number);
}
