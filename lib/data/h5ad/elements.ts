import type { DataFrame } from "nodejs-polars";
import type { NumberArray } from "../hdf5.ts";
import type { MatrixReader } from "./matrix.ts";

/** Numbers with a shape, row-major. */
export interface DenseArray {
  readonly shape: readonly number[];
  readonly data: NumberArray;
}

/** A categorical column: `codes` point into `categories`, -1 is missing. */
export interface Categorical {
  readonly codes: Int32Array;
  readonly categories: readonly string[];
  readonly ordered: boolean;
}

/** A table (numpy record array): one column a field. */
export interface RecordArray {
  readonly columns: Readonly<Record<string, readonly string[] | DenseArray>>;
}

/** Values that may be missing (null). */
export interface Nullable {
  readonly nullable: readonly (number | boolean | string | null)[];
}

/** What an AnnData element reads as: plain values where it can, the interfaces above where it must. */
export type Element =
  | null
  | string
  | number
  | boolean
  | readonly string[]
  | readonly boolean[]
  | DenseArray
  | Categorical
  | RecordArray
  | Nullable
  | { readonly matrix: MatrixReader }
  | { readonly frame: DataFrame; readonly index: readonly string[] }
  | ElementDict;

export interface ElementDict {
  readonly [key: string]: Element;
}

export const isDenseArray = (element: Element): element is DenseArray =>
  typeof element === "object" && element !== null && "shape" in element && "data" in element;

export const isCategorical = (element: Element): element is Categorical =>
  typeof element === "object" && element !== null && "codes" in element && "categories" in element;

export const isNullable = (element: Element): element is Nullable =>
  typeof element === "object" && element !== null && "nullable" in element;
