import type { CellModel } from "../../../cell/mod.ts";
import { nameMatcher } from "../../../genes/mod.ts";
import type { GeneFeatures } from "./genes.ts";
import { unit } from "../../../matrix/mod.ts";

/**
 * The gene embedding of a cell model, less its mean over all genes, at half precision, as checkpoints store it; genes are found
 * by any of their names.
 */
export function cellModelFeatures(
  name: string,
  { params, vocabulary, config: { width } }: Pick<CellModel, "params" | "vocabulary" | "config">,
): GeneFeatures {
  const values = params.genes.embedding.dataSync();
  const count = vocabulary.symbols.length;
  const mean = new Float64Array(width);
  for (let at = 0; at < count * width; at++) mean[at % width] += values[at] / count;
  const match = nameMatcher(vocabulary);
  const of = (gene: string) => {
    const found = match(gene);
    if (typeof found === "string") return null;
    return unit(Float32Array.from(mean, (value, k) => values[found.token * width + k] - value)).map(
      Math.f16round,
    );
  };
  return { name, has: (gene) => of(gene) !== null, genes: () => vocabulary.symbols, among: () => of };
}
