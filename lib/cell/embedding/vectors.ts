import { unitRows as scaleRows } from "../naming.ts";

/** Cells by width, row after row. */
export interface Embeddings {
  readonly vectors: Float32Array;
  readonly rows: number;
  readonly width: number;
}

/** Embeddings of cells that were read from a file. */
export interface EmbeddedFile extends Embeddings {
  /** Known genes of each cell that have a value. */
  readonly genes: Int32Array;
}

/** Rows scaled to length one; a row of zeros stays. */
export const unitRows = (embeddings: Embeddings): Embeddings => ({
  ...embeddings,
  vectors: scaleRows(embeddings.vectors, embeddings.width),
});
