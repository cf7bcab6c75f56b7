import type { CsrMatrix } from "../../matrix/mod.ts";

/** A stored matrix that is read by rows. */
export interface MatrixReader {
  readonly path: string;
  readonly format: "dense" | "csr" | "csc";
  readonly rows: number;
  readonly cols: number;
  /** The type of the stored values, e.g. `float64`; they are read as float32. */
  readonly dtype: string;
  /** Rows [start, end), columns ascending within a row. */
  read(start: number, end: number): CsrMatrix;
}
