import { join, ROOT } from "../runtime/mod.ts";
import { readTsv } from "../data/mod.ts";

/** The markers of the original's spatial sets, in its order (ORIGINAL section 5). */
export const CODEX_PANEL = (
  "MUC2 SOX9 MUC1 CD31 Synapto CD49f CD15 CHGA CDX2 ITLN1 CD4 CD127 Vimentin HLADR CD8 CD11c CD44 CD16 BCL2 CD123 " +
  "CD38 CD90 aSMA CD21 NKG2D CD66 CD57 CD206 CD68 CD34 aDef5 CD7 CD36 CD138 Cytokeratin CK7 CD117 CD19 Podoplanin " +
  "CD45 CD56 CD69 Ki67 CD49a CD163 CD161"
).split(" ");

/** The two tissues of the original's sets. */
export type Tissue = "colon" | "small bowel";

/** Zones of the gut wall in which cell types live. */
export const ZONES = ["surface", "crypt", "lamina", "stroma", "muscle"] as const;
export type Zone = typeof ZONES[number];

/** The simulator's description of a cell type. */
export interface IntestineType {
  readonly name: string;
  /** Cell Ontology id. */
  readonly id: string;
  readonly zone: Zone;
  /** Cells in a thousand. */
  readonly share: Readonly<Record<Tissue, number>>;
  /** Staining strength of each marker of {@linkcode CODEX_PANEL}. */
  readonly levels: Float32Array;
}

/** The cell types of the embedded table. */
export function intestineTypes(): IntestineType[] {
  const rows = readTsv(join(ROOT, "lib/simulate/intestine.tsv")).filter(([first]) => !first.startsWith("#"));
  return rows.slice(1).map(([name, id, zone, colon, small, markers]) => ({
    name,
    id,
    zone: zone as Zone,
    share: { colon: Number(colon), "small bowel": Number(small) },
    levels: levelsOf(markers),
  }));
}

function levelsOf(markers: string): Float32Array {
  const levels = new Map(markers.split(" ").map((pair) => pair.split("=") as [string, string]));
  return Float32Array.from(CODEX_PANEL, (marker) => Number(levels.get(marker) ?? 0));
}
