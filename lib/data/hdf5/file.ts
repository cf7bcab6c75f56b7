import * as h5 from "h5wasm";
import type { NumberArray } from "../../matrix/mod.ts";
import { type ByteSource, fileError, host, requireFolder } from "../../runtime/mod.ts";
import { requireHdf5, requirePlausible } from "./check.ts";
import { ChunkReader } from "./chunks.ts";
import {
  decodeField,
  decodeNumbers,
  decodeStrings,
  type Field,
  gatherField,
  type Memory,
  sizeOf,
} from "./decode.ts";
import {
  makeBooleans,
  type PendingBoolean,
  PLACEHOLDER_BYTES,
  PLACEHOLDER_NAME,
  placeholderOf,
} from "./booleans.ts";
import { hdf5Error, loudly } from "./errors.ts";
import { type Emscripten, mount, type Mounted } from "./mount.ts";
import { plainAttribute, putAttribute } from "./attributes.ts";
import { holdsPointers, reclaim, withMemory } from "./memory.ts";
import {
  type Attribute,
  type AttributeValue,
  type DatasetInfo,
  type Layout,
  type NumberTarget,
  type Range,
  valueTypeOf,
} from "./types.ts";

/** Groups as HDF5 1.0 laid them out, as h5py writes them: every reader knows them, and {@linkcode unlink} too. */
const OLDEST = { libver: ["earliest", "latest"] } satisfies h5.FileOptions;

/**
 * An open HDF5 file, addressed by path. The only door to h5wasm: everything it throws leaves here as one line
 * that names the file and the path inside it.
 */
export class Hdf5File {
  readonly #file: h5.File;
  readonly #info = new Map<string, DatasetInfo>();
  readonly #chunks = new Map<string, ChunkReader | null>();
  readonly #mounted: Mounted;
  /** The bytes for {@linkcode ChunkReader}; none while they may change. */
  readonly #raw: ByteSource | null;

  /** Booleans that are made once the file is closed, and where it ended before. */
  readonly #booleans: PendingBoolean[] = [];

  private constructor(
    readonly path: string,
    { file, mounted, raw }: { file: h5.File; mounted: Mounted; raw: ByteSource | null },
    readonly place: { readonly path: string; readonly end: number },
  ) {
    this.#file = file;
    this.#mounted = mounted;
    this.#raw = raw;
  }

  /**
   * Opens a file to read ("r") or change ("a"), or makes a new one ("w"). Messages call it `shown`: the name that it
   * will have once it is written.
   *
   * @throws {KcellfmError} tag "file", when it is missing, empty, truncated or not HDF5.
   */
  static async open(path: string, mode: "r" | "a" | "w" = "r", shown = path): Promise<Hdf5File> {
    if (mode === "w") requireFolder(path);
    else requireHdf5(path);
    await h5.ready;
    let mounted: Mounted | null = null;
    try {
      const bytes = mode === "r" ? host.files.open(path) : host.files.change(path);
      const { name } = mounted = mount(h5.FS as unknown as Emscripten, bytes);
      const file = loudly(h5.FS, () => new h5.File(name, mode, OLDEST));
      const end = mode === "a" ? bytes.size : 0;
      return new Hdf5File(shown, { file, mounted, raw: mode === "r" ? bytes : null }, { path, end });
    } catch (error) {
      mounted?.[Symbol.dispose]();
      throw hdf5Error(error, { path: shown, what: `Cannot open ${shown}`, writes: mode !== "r" });
    }
  }

  /** @throws {KcellfmError} tag "file", when what was written does not reach the disk. */
  close(): void {
    try {
      loudly(h5.FS, () => this.#file.close());
      makeBooleans(this.place.path, this.#booleans, this.place.end);
    } catch (error) {
      const { path } = this;
      if (!this.#raw) throw hdf5Error(error, { path, what: `Cannot write ${path}`, writes: true });
    } finally {
      this.#mounted[Symbol.dispose]();
    }
  }

  /** "group", "dataset", or null where there is nothing. */
  kind(path: string): "group" | "dataset" | null {
    const type = this.#run(path, () => this.#file.get_type(path));
    return type === h5.Module.H5G_GROUP ? "group" : type === h5.Module.H5G_DATASET ? "dataset" : null;
  }

  keys(path: string): string[] {
    return this.#run(path, () => h5.Module.get_names(this.#file.file_id, path, false));
  }

  /** The file that a link which is there points into; null where what it names lies in this one. */
  externalFile(path: string): string | null {
    return this.#run(path, () => h5.Module.get_external_link(this.#file.file_id, path).filename ?? null);
  }

  attribute(path: string, name: string): Attribute {
    return this.#run(path, () => {
      if (!this.attributeNames(path).includes(name)) return null;
      const attribute = new h5.Attribute(this.#file.file_id, path, name);
      return plainAttribute(this.#file.file_id, attribute.value);
    });
  }

  attributeNames(path: string): string[] {
    return this.#run(path, () => h5.Module.get_attribute_names(this.#file.file_id, path));
  }

  /** Shape, chunks and type of a dataset (cached: a dataset never changes its type). */
  info(path: string): DatasetInfo {
    const known = this.#info.get(path);
    if (known) return known;
    return this.#run(path, () => {
      const meta = h5.Module.get_dataset_metadata(this.#file.file_id, path);
      const { shape, chunks, size, littleEndian } = meta;
      if (this.#raw && shape) {
        requirePlausible(shape.reduce((a, b) => a * b, size), this.#raw.size);
      }
      const info = { shape, chunks, type: valueTypeOf(meta), size, littleEndian };
      this.#info.set(path, info);
      return info;
    });
  }

  /** Numbers of a dataset as `target`, all of it or the rows of `range`. */
  numbers<T extends NumberTarget>(path: string, target: T, range?: Range): InstanceType<T> {
    const { type } = this.info(path);
    const chunks = range ? this.#chunkReader(path) : null;
    if (!range || !chunks) return this.#read(path, range, (memory) => decodeNumbers(memory, type, target));
    return this.#run(path, () => {
      const { buffer } = chunks.read(range.start, range.start + range.count);
      return decodeNumbers({ buffer, offset: 0, count: range.count, isOurs: true }, type, target);
    });
  }

  /** True if slices of a dataset are cheap at any size: its chunks are inflated once each when read in order. */
  readsChunks(path: string): boolean {
    return this.#chunkReader(path) !== null;
  }

  #chunkReader(path: string): ChunkReader | null {
    let reader = this.#chunks.get(path);
    if (reader !== undefined) return reader;
    const { shape, chunks, size, littleEndian } = this.info(path);
    const mayRead = this.#raw && shape?.length === 1 && chunks && littleEndian;
    reader = mayRead
      ? this.#run(path, () => ChunkReader.open(this.#raw!, path, { total: shape[0], size }))
      : null;
    this.#chunks.set(path, reader);
    return reader;
  }

  /** Strings of a dataset in row-major order. */
  strings(path: string, range?: Range): string[] {
    const { type } = this.info(path);
    return this.#read(path, range, (memory) => decodeStrings(memory, type));
  }

  /** The fields of a table (a compound dataset), each as one column. */
  table(path: string): Map<string, Field> {
    const { type } = this.info(path);
    if (type.kind !== "table") throw fileError(`Cannot read ${path} of ${this.path}: it is not a table`);
    return this.#read(path, undefined, (memory) =>
      new Map(
        type.members.map(({ name, offset, type: of }) => {
          const packed = gatherField(memory, type.size, { offset, size: sizeOf(of) });
          return [name, decodeField(packed, of)];
        }),
      ));
  }

  #read<T>(path: string, range: Range | undefined, decode: (memory: Memory) => T): T {
    const { shape, size, type } = this.info(path);
    return this.#run(path, () => {
      if (shape === null) return decode({ buffer: new ArrayBuffer(0), offset: 0, count: 0 });
      const along = range?.axis ?? 0;
      const extent = shape.map((size, axis) => range && axis === along ? range.count : size);
      const count = extent.reduce((a, b) => a * b, 1);
      const offset = extent.map((_, axis) => range && axis === along ? range.start : 0);
      return withMemory(count * size, (pointer) => {
        const strides = extent.map(() => 1n);
        const [counts, offsets] = [extent.map(BigInt), offset.map(BigInt)];
        const whole = extent.length === 0;
        const [c, o, s] = whole ? [null, null, null] : [counts, offsets, strides];
        loudly(h5.FS, () => h5.Module.get_dataset_data(this.#file.file_id, path, c, o, s, BigInt(pointer)));
        try {
          return decode({ buffer: h5.Module.HEAPU8.buffer as ArrayBuffer, offset: pointer, count });
        } finally {
          if (holdsPointers(type)) reclaim(this.#file.file_id, path, pointer, whole ? null : counts);
        }
      });
    });
  }

  createGroup(path: string): void {
    this.#change(path, () => this.#file.create_group(path));
  }

  /** Sets an attribute, replacing one of the same name. */
  setAttribute(path: string, name: string, value: AttributeValue): void {
    this.#change(path, () => {
      const target = this.#file.get(path) as h5.Group | h5.Dataset;
      if (this.attributeNames(path).includes(name)) target.delete_attribute(name);
      if (typeof value === "boolean") this.#putBoolean(target, { path, attribute: name, value });
      else putAttribute(target, name, value);
    });
  }

  #putBoolean(target: h5.Group | h5.Dataset, boolean: Omit<PendingBoolean, "placeholder">): void {
    const placeholder = placeholderOf(this.#booleans.length);
    target.create_attribute(boolean.attribute ?? PLACEHOLDER_NAME, placeholder, [], `S${PLACEHOLDER_BYTES}`);
    this.#booleans.push({ ...boolean, placeholder });
  }

  /** Writes booleans as a new dataset. */
  createBooleans(path: string, data: readonly boolean[]): void {
    this.createNumbers(path, Int8Array.from(data, Number));
    this.#change(path, () => {
      this.#putBoolean(this.#file.get(path) as h5.Dataset, { path, attribute: null, value: false });
    });
  }

  /** Writes numbers as a new dataset of their own type; shape [] makes a scalar. */
  createNumbers(path: string, data: NumberArray | BigInt64Array, layout: Layout = {}): void {
    const { shape = [data.length], chunks, gzip, grow } = layout;
    this.#change(path, () =>
      this.#file.create_dataset({
        name: path,
        data,
        shape: [...shape],
        ...(chunks && { chunks: [...chunks], ...(gzip && { compression: gzip }) }),
        ...(grow && { maxshape: shape.map(() => null) }),
      }));
  }

  /** Writes strings as a new dataset of variable-length UTF-8; shape [] makes a scalar. */
  createStrings(path: string, data: readonly string[], layout: Layout = {}): void {
    const { shape = [data.length], chunks, grow } = layout;
    this.#change(path, () =>
      this.#file.create_dataset({
        name: path,
        data: [...data],
        shape: [...shape],
        dtype: "S",
        ...(chunks && { chunks: [...chunks] }),
        ...(grow && { maxshape: shape.map(() => null) }),
      }));
  }

  resize(path: string, shape: readonly number[]): void {
    this.#info.delete(path);
    this.#change(path, () => (this.#file.get(path) as h5.Dataset).resize([...shape]));
  }

  /** Overwrites rows of a numeric dataset in place, in the dataset's own type. */
  writeNumbers(path: string, data: NumberArray | BigInt64Array, start = 0): void {
    this.#change(path, () => {
      const dataset = this.#file.get(path) as h5.Dataset;
      const shape = dataset.shape ?? [];
      const width = shape.slice(1).reduce((a, b) => a * b, 1);
      const rows = shape.length === 0 ? [] : [[start, start + data.length / width] as [number, number]];
      dataset.write_slice([...rows, ...shape.slice(1).map((n) => [0, n] as [number, number])], data);
    });
  }

  #change(path: string, call: () => void): void {
    this.#run(path, call, "write");
  }

  /** Runs one call on `path`, turning whatever it throws into one line. */
  #run<T>(path: string, call: () => T, verb = "read"): T {
    try {
      return loudly(h5.FS, call);
    } catch (error) {
      const what = `Cannot ${verb} ${path} of ${this.path}`;
      throw hdf5Error(error, { path: this.path, what, writes: verb === "write" });
    }
  }
}
