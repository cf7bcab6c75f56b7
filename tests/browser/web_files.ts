import { join } from "node:path";
import { openCells } from "../../lib/data/mod.ts";
import { gzipSync } from "node:zlib";
import { ROOT } from "../../lib/runtime/mod.ts";
import type { Baseline, Cell } from "../metamorphic/cells.ts";
import { STORAGE } from "../metamorphic/storage.ts";

/** The real cells that come with the page. */
export const SAMPLE = join(ROOT, "data/samples/pbmc_donor_a_300.h5ad");

/** What is given to the page, and to the command. */
export interface GivenForm {
  readonly name: string;
  /** The one path that the command takes. */
  readonly path: string;
  /** The files that a person drops. */
  readonly files: readonly string[];
}

const FORMS = [
  "h5ad, CSR float32",
  "10x .h5",
  "MatrixMarket, genes as rows, gz",
  "CSV",
  "TSV, gz",
  "zarr.zip",
];
const CELLS = 60;

/** The first cells of the sample in several forms, each in a folder of its own. */
export async function writeForms(folder: string): Promise<GivenForm[]> {
  const baseline = await sampleCells(CELLS);
  return await Promise.all(FORMS.map(async (name, i) => {
    const form = STORAGE.find((form) => form.name === name);
    if (!form) throw new Error(`no form is called ${name}`);
    const place = join(folder, `form${i}`);
    await Deno.mkdir(place, { recursive: true });
    const path = await form.write(baseline, place);
    return { name, path, files: [...Deno.readDirSync(place)].map(({ name }) => join(place, name)) };
  }));
}

/** Forms are written of cells and genes alone. */
async function sampleCells(count: number): Promise<Baseline> {
  const source = await openCells(SAMPLE);
  const { indptr, indices, data } = source.rows(0, count);
  const cells = Array.from({ length: count }, (_, row): Cell => ({
    name: source.obsNames[row],
    columns: [...indices.subarray(indptr[row], indptr[row + 1])],
    counts: [...data.subarray(indptr[row], indptr[row + 1])],
  }));
  const genes = source.varNames;
  source.close();
  return { cells, genes } as unknown as Baseline;
}

/** A number of R, saved by itself. */
const R_NUMBER = "580a000000030004020100030500000000055554462d380000000e000000013ff0000000000000";
const MOUSE = [
  "Cd3d",
  "Cd4",
  "Cd8a",
  "Ms4a1",
  "Cd79a",
  "Lyz2",
  "Nkg7",
  "Cd14",
  "Fcgr3",
  "Actb",
  "Gapdh",
  "Ccr7",
];

/** Files that the command refuses, each for another reason. */
export async function writeRefused(folder: string): Promise<GivenForm[]> {
  const csv = (genes: readonly string[]) =>
    [["cell", ...genes], ...[1, 2, 3].map((cell) => [`c${cell}`, ...genes.map((_, k) => (k * cell) % 5)])]
      .map((row) => row.join(",")).join("\n") + "\n";
  const unknown = ["CD3D", ...Array.from({ length: 49 }, (_, k) => `feature${k}`)];
  const contents = {
    "truncated.h5ad": (await Deno.readFile(SAMPLE)).subarray(0, 500_000),
    "empty.h5ad": new Uint8Array(),
    "number.rds": new Uint8Array(gzipSync(Uint8Array.fromHex(R_NUMBER))),
    "unknown.csv": new TextEncoder().encode(csv(unknown)),
    "mouse.csv": new TextEncoder().encode(csv(MOUSE)),
  };
  return await Promise.all(
    Object.entries(contents).map(async ([name, bytes]) => {
      const path = join(folder, name);
      await Deno.writeFile(path, bytes);
      return { name, path, files: [path] };
    }),
  );
}
