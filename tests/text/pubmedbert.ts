import { join } from "node:path";
import { assertClose } from "../close.ts";

/** A tiny BERT in the files of PubMedBERT and of the original; see make_pubmedbert_goldens.py. */
export const FIXTURE = join(import.meta.dirname!, "../fixtures/text/pubmedbert");

/** What PyTorch and transformers make of it. */
export interface PubmedbertGoldens {
  readonly birth: { readonly torch: string; readonly transformers: string };
  readonly texts: readonly string[];
  readonly ids: readonly number[][];
  /** Of the first three texts, unpadded positions. */
  readonly hidden: readonly number[];
  readonly pooled: readonly number[];
  readonly vectors: readonly number[];
  readonly relations: readonly number[];
  readonly training: {
    readonly triples: readonly (readonly [head: number, relation: number, tail: number])[];
    readonly wrong: readonly number[];
    readonly losses: readonly number[];
    readonly vectors: readonly number[];
  };
}

export const golden: PubmedbertGoldens = JSON.parse(Deno.readTextFileSync(join(FIXTURE, "goldens.json")));

/** Values of order 1 through two layers of float32 stay within 2e-5; issue 4 asks for 1e-4. */
export const closeTo = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 2e-5): void =>
  assertClose(actual, expected, tolerance);
