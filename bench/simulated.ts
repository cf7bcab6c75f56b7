import { join } from "node:path";
import { writeH5ad } from "../lib/data/mod.ts";
import { cacheDir, createRng, type Rng } from "../lib/runtime/mod.ts";
import type { CsrMatrix } from "../lib/matrix/mod.ts";

/** A file of made-up counts; values are spread evenly over each row, about one gene in `meanGap`. */
export interface FileSize {
  readonly cells: number;
  readonly genes: number;
  readonly meanGap: number;
}

const BLOCK = 500;

/** The file of that size in the cache, written when it is not there. */
export async function simulatedFile(size: FileSize): Promise<string> {
  const path = join(cacheDir(), "bench", `csr_${size.cells}x${size.genes}.h5ad`);
  if (await Deno.stat(path).catch(() => null)) return path;
  await Deno.mkdir(join(cacheDir(), "bench"), { recursive: true });
  console.log(`writing ${path}`);
  await writeH5ad(path, {
    x: blocks(size, createRng(1)),
    obsNames: Array.from({ length: size.cells }, (_, i) => `cell${i}`),
    varNames: Array.from({ length: size.genes }, (_, i) => `gene${i}`),
  });
  return path;
}

function* blocks({ cells, genes, meanGap }: FileSize, rng: Rng): Iterable<CsrMatrix> {
  for (let start = 0; start < cells; start += BLOCK) {
    const rows = Math.min(BLOCK, cells - start);
    const indptr = new Int32Array(rows + 1);
    const indices: number[] = [];
    for (let row = 0; row < rows; row++) {
      for (let gene = rng.int(meanGap); gene < genes; gene += 1 + rng.int(2 * meanGap - 1)) {
        indices.push(gene);
      }
      indptr[row + 1] = indices.length;
    }
    const data = Float32Array.from(indices, () => 1 + Math.floor(-2 * Math.log(1 - rng.uniform())));
    yield { rows, cols: genes, indptr, indices: Int32Array.from(indices), data };
  }
}
