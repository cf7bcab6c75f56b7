import { type CellSource, type DecodedOnce, decodeOnce } from "../data/mod.ts";
import { type DetectedValues, readLog1p } from "./values/mod.ts";

/** Form of the values of {@linkcode log1pOnce}. */
export const LOG1P: DetectedValues = { kind: "log1p", evidence: "normalised when it was read" };

/**
 * The same cells as log1p of size-normalised amounts, each block normalised once however often its rows are read, as
 * long as they fit into memory. Give the source that the values were detected on, so that nothing is decoded twice.
 */
export function log1pOnce(source: DecodedOnce, values: DetectedValues): CellSource {
  const rows = (start: number, end: number) => {
    const block = readLog1p(source, values, { start, end });
    source.forget(start, end);
    return block;
  };
  return decodeOnce({ ...source, rows });
}
