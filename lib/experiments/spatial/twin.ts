import { basename } from "node:path";
import { findDataset, listDatasets } from "../../data/fetch/mod.ts";
import {
  inventRegions,
  type Layout,
  planSpatial,
  type Regions,
  type Tissue,
  writeSpatialTwin,
} from "../../simulate/mod.ts";
import { readTextFile, readTsv } from "../../data/mod.ts";
import { createRng, dataError } from "../../runtime/mod.ts";

/** The simulated set to write. */
export interface TwinRequest {
  readonly tissue: Tissue;
  /** A held-out region of the same tissue, or the regions of the other one. */
  readonly kind: "intra" | "cross";
  readonly seed: number;
  /** Default 3,000 to learn from, 2,000 to report on. */
  readonly cells?: { readonly train: number; readonly test: number };
}

/**
 * Writes the twin of one of the original's sets: simulated stains on the real HuBMAP regions if they are available, else
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

/** The available HuBMAP regions by tissue, in the order of their names; null unless there are two of each. */
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

const COLUMNS = ["x", "y", "cell_type"];

/**
 * Reads a region's places and types, without markers: a CSV with the columns x, y and cell_type (gz too).
 *
 * @throws {KcellfmError} tag "file" or "data", when it cannot be read or a column is missing.
 */
export function readLayout(path: string): Layout {
  const [header, ...rows] = readTextFile(path).trim().split(/\r?\n/).map((line) => line.split(","));
  const [x, y, type] = COLUMNS.map((name) => header.indexOf(name));
  if (Math.min(x, y, type) < 0) {
    throw dataError(
      `Cannot use ${path}: its columns must include ${COLUMNS.join(", ")} (has ${header.join(", ")})`,
    );
  }
  return {
    name: basename(path).replace(/\.csv(\.gz)?$/, ""),
    x: Float32Array.from(rows, (row) => Number(row[x])),
    y: Float32Array.from(rows, (row) => Number(row[y])),
    types: rows.map((row) => row[type]),
  };
}
