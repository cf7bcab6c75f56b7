import type { DataFrame } from "nodejs-polars";
import { openCells, type OpenOptions } from "../data/mod.ts";
import { type Frame, valuesOf } from "../matrix/mod.ts";

/**
 * A frame as a polars DataFrame: its row names in `index` unless a column has that name, categories as text.
 * The native package is loaded here, at the first call.
 */
export async function toPolars(frame: Frame): Promise<DataFrame> {
  const { default: pl } = await import("nodejs-polars");
  const columns = new Map([["index", frame.index] as const, ...frame]);
  return pl.DataFrame(
    [...columns].map(([name, column]) =>
      pl.Series(name, (ArrayBuffer.isView(column) ? column : valuesOf(column)) as string[])
    ),
  );
}

/**
 * The annotations of the cells of a file in any form that `openCells` reads: one row a cell, its name in `index`.
 *
 * @throws {KcellfmError} as `openCells`.
 */
export async function readObs(path: string, options: OpenOptions = {}): Promise<DataFrame> {
  const source = await openCells(path, options);
  source.close();
  return await toPolars(source.obs);
}
