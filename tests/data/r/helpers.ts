import { fileURLToPath } from "node:url";
import type { CellSource } from "../../../lib/data/mod.ts";

/** A file beside tests/fixtures/r/make.R, which wrote it. */
export const rFixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/r/${name}`, import.meta.url));

interface Factor {
  readonly codes: number[];
  readonly categories: string[];
}

interface Expected {
  readonly genes: string[];
  readonly cells: string[];
  /** Cells by genes: counts, their log1p, and Seurat's normalised data. */
  readonly dense: number[][];
  readonly log: number[][];
  readonly data: number[][];
  readonly obs: Record<string, Factor | (string | number | boolean | null)[]>;
  readonly pca: number[][];
  readonly donor: string[];
  readonly id: string[];
  readonly compact: string[];
}

/** What R 4.2.2 says of the fixtures. */
export const expected: Expected = JSON.parse(Deno.readTextFileSync(rFixture("expected.json")));

/** A column of obs as plain values. */
export const column = (source: CellSource, name: string): readonly unknown[] => source.obs.values(name);

/** The same as R has it: labels of a factor, null where missing. */
export function expectedColumn(name: string): unknown[] {
  const found = expected.obs[name];
  return Array.isArray(found) ? found : found.codes.map((code) => code < 0 ? null : found.categories[code]);
}

/** A serialization (XDR, version 2) with these 32-bit words behind its head. */
export function serialized(...items: readonly (readonly number[] | number)[]): Uint8Array<ArrayBuffer> {
  const words = items.flat();
  const head = [2, 0x00040202, 0x00020300];
  const bytes = new Uint8Array(2 + 4 * (head.length + words.length));
  bytes.set(new TextEncoder().encode("X\n"));
  const view = new DataView(bytes.buffer);
  [head, words].flat().forEach((word, i) => view.setInt32(2 + 4 * i, word | 0));
  return bytes;
}
