import { findDataset, listDatasets } from "../../data/fetch/mod.ts";
import {
  inventRegions,
  type Layout,
  planSpatial,
  type Regions,
  type Tissue,
  writeSpatialTwin,
} from "../../simulate/mod.ts";
import { readTsv } from "../../data/mod.ts";
import { createRng } from "../../runtime/mod.ts";
import { readLayout } from "./layout.ts";

/** Which simulated set to write. */
export interface TwinRequest {
  readonly tissue: Tissue;
  /** A held-out region of the same tissue, or the regions of the other one. */
  readonly kind: "intra" | "cross";
  readonly seed: number;
  /** Default 3,000 to learn from, 2,000 to report on. */
  readonly cells?: { readonly train: number; readonly test: number };
}

/**
 * Writes the twin of one of the original's sets: simulated stains on the real HuBMAP regions where they are at hand, else
 * on invented ones.
 *
 * @returns what the cells are, in words
 */
export async function writeTwin(
  folder: string,
  { tissue, kind, seed, cells }: TwinRequest,
): Promise<string> {
  const rng = createRng(seed).split("spatial twin");
  const real = await realRegions();
  const plan = planSpatial(real ?? inventRegions(rng.split("regions")), tissue, kind);
  await writeSpatialTwin(folder, plan, { rng: rng.split(`${tissue} ${kind}`), ...(cells && { cells }) });
  return real ? "simulated stains on real HuBMAP regions" : "simulated stains on an invented gut wall";
}

/** The HuBMAP regions at hand by tissue, in the order of their names; null unless there are two of each. */
async function realRegions(): Promise<Regions | null> {
  const table = await findDataset("hubmap_datasets");
  if (table === null) return null;
  const tissueOf = new Map(readTsv(table).map((row) => [row[0], row.at(-1)]));
  const found = await Promise.all(
    listDatasets().filter(({ name }) => /^hubmap_hbm\d+$/.test(name)).map(readRegion),
  );
  const of = (code: string) =>
    found.filter((region) => region && tissueOf.get(region.name) === code) as Layout[];
  const regions = { colon: of("CL"), "small bowel": of("SB") };
  return regions.colon.length >= 2 && regions["small bowel"].length >= 2 ? regions : null;
}

async function readRegion({ name }: { name: string }): Promise<Layout | null> {
  const path = await findDataset(name);
  return path === null ? null : readLayout(path);
}
