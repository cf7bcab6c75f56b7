import { readTsv } from "../data/mod.ts";
import { join, ROOT } from "../runtime/mod.ts";

/** Genes that are high in S and in G2M, by symbol. */
export interface CycleGenes {
  readonly s: readonly string[];
  readonly g2m: readonly string[];
}

/** The genes of Tirosh et al. (2016, Science 352:189) under their symbols of 2019, as Seurat 4 (MIT) lists them. */
export function readCycleGenes(): CycleGenes {
  const rows = readTsv(join(ROOT, "lib/genes/cell_cycle.tsv")).slice(1);
  const of = (phase: string) => rows.flatMap(([its, symbol]) => its === phase ? symbol : []);
  return { s: of("S"), g2m: of("G2M") };
}
