/** Numbers in memory; int64 of files arrives as Float64Array (exact to 2^53). */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** A categorical column: `codes` point into `categories`, -1 is missing. */
export interface Categorical {
  readonly codes: Int32Array;
  readonly categories: readonly string[];
  readonly ordered: boolean;
}

/** One value of a column, categories by their names. */
export type FrameValue = string | number | boolean | null;

/** A column of a frame: values of one type, where null (of a categorical the code -1) is missing. */
export type FrameColumn = Categorical | NumberArray | readonly FrameValue[];

/** Named columns: a record, or pairs in order. */
export type FrameColumns = Readonly<Record<string, FrameColumn>> | Iterable<readonly [string, FrameColumn]>;

/** A table that does not change: row names and named columns of one length, such as obs and var of AnnData. */
export class Frame implements Iterable<readonly [string, FrameColumn]> {
  private readonly byName: ReadonlyMap<string, FrameColumn>;

  /** @throws {RangeError} when a column has another length than the index. */
  constructor(readonly index: readonly string[], columns: FrameColumns = {}) {
    this.byName = new Map(Symbol.iterator in columns ? columns : Object.entries(columns));
    for (const [name, column] of this.byName) {
      if (lengthOf(column) === index.length) continue;
      throw new RangeError(
        `Cannot make a frame: column "${name}" has ${lengthOf(column)} values for ${index.length} rows`,
      );
    }
  }

  /** The number of rows. */
  get length(): number {
    return this.index.length;
  }

  /** Names in order. */
  get columns(): string[] {
    return [...this.byName.keys()];
  }

  /** @throws {RangeError} when there is no column of that name. */
  column(name: string): FrameColumn {
    const found = this.byName.get(name);
    if (found) return found;
    throw new RangeError(
      `Cannot read column "${name}": the frame has ${this.columns.join(", ") || "no columns"}`,
    );
  }

  /** The values of a column, categories by their names. @throws {RangeError} when there is no such column. */
  values(name: string): readonly FrameValue[] {
    return valuesOf(this.column(name));
  }

  /** These rows in this order, of every column. */
  rows(picked: ArrayLike<number>): Frame {
    const columns = [...this].map(([name, column]) => [name, takeValues(column, picked)] as const);
    return new Frame(Array.from(picked, (row) => this.index[row]), columns);
  }

  /** The columns with their names, in order. */
  [Symbol.iterator](): Iterator<readonly [string, FrameColumn]> {
    return this.byName.entries();
  }
}

export const lengthOf = (column: FrameColumn): number =>
  "codes" in column ? column.codes.length : column.length;

/** The values of a column, categories by their names. */
export function valuesOf(column: FrameColumn): readonly FrameValue[] {
  if (!("codes" in column)) return Array.from<FrameValue>(column);
  const { codes, categories } = column;
  return Array.from(codes, (code) => code < 0 ? null : categories[code] ?? null);
}

/** The values at these places in this order, in a column of the same type. */
export function takeValues(column: FrameColumn, picked: ArrayLike<number>): FrameColumn {
  if ("codes" in column) return { ...column, codes: Int32Array.from(picked, (row) => column.codes[row]) };
  if (!ArrayBuffer.isView(column)) return Array.from(picked, (row) => column[row]);
  const taken = new (column.constructor as new (length: number) => NumberArray)(picked.length);
  for (let i = 0; i < picked.length; i++) taken[i] = column[picked[i]];
  return taken;
}
