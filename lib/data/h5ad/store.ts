import type { NumberArray } from "../../matrix/mod.ts";
import type { Field } from "../hdf5/decode.ts";
import type { Attribute, AttributeValue, DatasetInfo, Layout, NumberTarget, Range } from "../hdf5/types.ts";

/** Read access to the elements of an AnnData by path: an HDF5 file or a zarr hierarchy. */
export interface ElementStore {
  /** For messages. */
  readonly path: string;
  /** "group", "dataset", or null where there is nothing. */
  kind(path: string): "group" | "dataset" | null;
  keys(path: string): string[];
  /** Null if there is none. */
  attribute(path: string, name: string): Attribute;
  /** Shape, chunks and type of a dataset. */
  info(path: string): DatasetInfo;
  /** Numbers of a dataset as `target`, all of it or the rows of `range`. */
  numbers<T extends NumberTarget>(path: string, target: T, range?: Range): InstanceType<T>;
  /** Texts of a dataset in row-major order. */
  strings(path: string, range?: Range): string[];
  /** The fields of a table, each as one column. */
  table(path: string): Map<string, Field>;
  /** True if slices of a dataset are cheap at any size. */
  readsChunks(path: string): boolean;
  close(): void;
}

/** A store that can be written to. */
export interface ElementSink extends ElementStore {
  createGroup(path: string): void;
  /** Sets an attribute, replacing one of the same name. */
  setAttribute(path: string, name: string, value: AttributeValue): void;
  /** Writes numbers as a new dataset of their own type; shape [] makes a scalar. */
  createNumbers(path: string, data: NumberArray | BigInt64Array, layout?: Layout): void;
  /** Writes texts as a new dataset; shape [] makes a scalar. */
  createStrings(path: string, data: readonly string[], layout?: Layout): void;
  /** Writes booleans as a new dataset. */
  createBooleans(path: string, data: readonly boolean[]): void;
  resize(path: string, shape: readonly number[]): void;
  /** Overwrites rows of a numeric dataset in place, in the dataset's own type. */
  writeNumbers(path: string, data: NumberArray | BigInt64Array, start?: number): void;
}

/** The part of a store below `root`, as a store of its own; closing it closes the whole. */
export function below<T extends ElementStore>(store: T, root: string): T {
  if (root === "") return store;
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (path?: unknown, ...rest: unknown[]) =>
        value.apply(target, typeof path === "string" ? [joinPath(root, path), ...rest] : []);
    },
  });
}

const joinPath = (root: string, path: string): string => `${root}/${path}`.replace(/\/+$/, "");
