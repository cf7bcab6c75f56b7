import { fileURLToPath } from "node:url";
import type { CellSource } from "../../lib/data/mod.ts";
import { denseFromCsr } from "../matrix/dense.ts";
import { KcellfmError } from "../../lib/runtime/mod.ts";

/** A file beside tests/fixtures/data/make_files.py, which wrote it. */
export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/data/${name}`, import.meta.url));

interface Expected {
  readonly cells: string[];
  readonly genes: string[];
  readonly dense: number[][];
}

/** What Python put into the fixtures. */
export const expected: Expected = JSON.parse(Deno.readTextFileSync(fixture("expected.json")));

/** All rows of a source, one array a cell. */
export function denseRows(source: CellSource, [start, end] = [0, source.nObs]): number[][] {
  const dense = denseFromCsr(source.rows(start, end));
  return Array.from(
    { length: end - start },
    (_, row) => Array.from(dense.subarray(row * source.nVars, (row + 1) * source.nVars)),
  );
}

/** Checks that an error is one of ours, of one line, and says `words`. */
export function oneLine(tag: KcellfmError["tag"], words: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof KcellfmError && error.tag === tag && !error.message.includes("\n") &&
    words.test(error.message);
}
