import { geneInformativeness } from "../../baselines/mod.ts";
import type { CellConfig } from "../../cell/mod.ts";
import { isEverywhere, orderedBatches } from "../../genes/mod.ts";
import type { PretrainingData } from "./sets.ts";

/**
 * The most any single study says of each gene; studies are not pooled, for between them technology varies too. Genes that every
 * cell has in quantity are 0.
 */
export function studyInformativeness({ studies, classes, vocabulary }: PretrainingData): Float32Array {
  const sizes = { genes: vocabulary.symbols.length, classes: classes.length };
  const best = new Float32Array(sizes.genes);
  for (const { train } of studies) {
    geneInformativeness(orderedBatches([train], 256), sizes).forEach((value, gene) => {
      best[gene] = Math.max(best[gene], value);
    });
  }
  return best.map((value, gene) => isEverywhere(vocabulary.symbols[gene]) ? 0 : value);
}

/** The configuration with no more genes in its profile than tell types apart here: small panels have fewer. */
export function withProfileOf(config: CellConfig, informativeness: Float32Array): CellConfig {
  if (!config.profile) return config;
  const genes = Math.min(config.profile.genes, informativeness.filter((value) => value > 0).length);
  return { ...config, profile: { ...config.profile, genes } };
}
