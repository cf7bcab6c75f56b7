import { join, makeFolder, type Rng, writeFileAtomically } from "../runtime/mod.ts";
import { CODEX_PANEL, type IntestineType, intestineTypes, type Tissue } from "./intestine.ts";
import { inventLayout, type Layout, richestView, stainCells, typeEntropy } from "./tissue.ts";

/** Regions of both tissues to lay simulated stains on. */
export type Regions = Readonly<Record<Tissue, readonly Layout[]>>;

/** The two files of a set: which regions are learned from and which are reported on. */
export interface SpatialPlan {
  readonly train: readonly Layout[];
  readonly test: readonly Layout[];
}

/** Size of a simulated set. */
export interface TwinOptions {
  readonly rng: Rng;
  /** Cells of train.csv and of test.csv, shared among their regions; default 3,000 and 2,000. */
  readonly cells?: { readonly train: number; readonly test: number };
}

/** Cells of an invented region, and regions a tissue. */
const INVENTED = { cells: 2000, regions: 4 };

/** Invented regions of both tissues, for use without real ones. */
export function inventRegions(rng: Rng): Regions {
  const types = intestineTypes();
  const draw = (tissue: Tissue) =>
    Array.from({ length: INVENTED.regions }, (_, i) => {
      const name = `${tissue} ${i + 1}`;
      return inventLayout(name, { cells: INVENTED.cells, tissue, types, rng: rng.split(name) });
    });
  return { colon: draw("colon"), "small bowel": draw("small bowel") };
}

/** intra: the last region of the tissue is held out; cross: the regions of the other tissue are. */
export function planSpatial(regions: Regions, tissue: Tissue, kind: "intra" | "cross"): SpatialPlan {
  const own = regions[tissue];
  if (kind === "intra") return { train: own.slice(0, -1), test: own.slice(-1) };
  return { train: own, test: regions[tissue === "colon" ? "small bowel" : "colon"] };
}

/**
 * Writes train.csv and test.csv in the form of the original's sets: 46 columns of z-scored markers, x, y, cell_type_A. Of
 * each region the richest view is taken; views lie side by side, so that few cells neighbour one of another region.
 */
export async function writeSpatialTwin(
  folder: string,
  plan: SpatialPlan,
  { rng, cells = { train: 3000, test: 2000 } }: TwinOptions,
): Promise<void> {
  await makeFolder(folder);
  const known = intestineTypes();
  for (const part of ["train", "test"] as const) {
    const views = bestViews(plan[part], { cells: cells[part], rng: rng.split(part) });
    const text = toCsv(sideBySide(views), { known, rng: rng.split(`stains/${part}`) });
    await writeFileAtomically(join(folder, `${part}.csv`), text);
  }
}

/** Regions are left out rather than shown in views of fewer cells, in which no structure shows. */
const SMALLEST_VIEW = 600;

/** Views with the most mixed types, at most one per region, in the order of the regions; `cells` sets their number. */
function bestViews(regions: readonly Layout[], { cells, rng }: { cells: number; rng: Rng }): Layout[] {
  const count = Math.max(1, Math.min(regions.length, Math.floor(cells / SMALLEST_VIEW)));
  const each = Math.ceil(cells / count);
  const views = regions.map((region) => richestView(region, { cells: each, rng: rng.split(region.name) }));
  const best = views.toSorted((a, b) => typeEntropy(b.types) - typeEntropy(a.types)).slice(0, count);
  return views.filter((view) => best.includes(view));
}

/** Units between cells, for regions come at scales of their own, and between views. */
const SPACING = 10;
const GAP = 60;

/** Views at one scale, each starting at y = 0 and to the right of the one before. */
function sideBySide(views: readonly Layout[]): Layout[] {
  let left = 0;
  return views.map((view) => {
    const [[x0, x1], [y0, y1]] = [view.x, view.y].map((at) => [Math.min(...at), Math.max(...at)]);
    const scale = SPACING * Math.sqrt(view.types.length / Math.max((x1 - x0) * (y1 - y0), 1e-9));
    const start = left;
    left += (x1 - x0) * scale + GAP;
    return {
      ...view,
      x: view.x.map((x) => (x - x0) * scale + start),
      y: view.y.map((y) => (y - y0) * scale),
    };
  });
}

function toCsv(
  views: readonly Layout[],
  { known, rng }: { known: readonly IntestineType[]; rng: Rng },
): string {
  const lines = views.flatMap((view) => {
    const values = stainCells(view, { known, rng: rng.split(view.name) });
    return view.types.map((type, cell) => {
      const row = values.subarray(cell * CODEX_PANEL.length, (cell + 1) * CODEX_PANEL.length);
      const place = [view.x[cell], view.y[cell]].map((at) => at.toFixed(1));
      return [...Array.from(row, (value) => value.toFixed(4)), ...place, type].join(",");
    });
  });
  return [[...CODEX_PANEL, "x", "y", "cell_type_A"].join(","), ...lines].join("\n") + "\n";
}
