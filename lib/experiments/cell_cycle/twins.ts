import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { simulateCycle, type SimulatedCycle } from "../../simulate/mod.ts";
import { type DenseArray, writeH5ad } from "../../data/mod.ts";
import { readCycleGenes, readVocabulary } from "../../genes/mod.ts";
import {
  cacheDir,
  checkpointsDir,
  createRng,
  makeFolder,
  statOrNull,
  writeFileAtomically,
} from "../../runtime/mod.ts";
import { PHASE_CENTRES, phaseOfAngle, PHASES } from "./phases.ts";

/** The sets that have a simulated twin, and the form of its file. */
export const TWINS = {
  mesc_buettner: { cells: 182, background: 900, ending: ".csv.gz", write: writeNumbered },
  ipsc_fucci: { cells: 888, background: 30, ending: ".h5ad", write: writeAngles },
  gse64016: { cells: 460, background: 900, ending: ".csv.gz", write: writePrefixed },
} as const;

export type TwinName = keyof typeof TWINS;

/** Error of the sorting, beside the true place of a cell on the circle (radians). */
const GATING_ERROR = 0.35;

/**
 * Writes simulated cells in the very file form of a set, with about its numbers of cells, to `simulated/` of the cache,
 * unless they are there.
 *
 * @returns the path
 */
export async function writeTwin(name: TwinName, seed: number): Promise<string> {
  const { cells, background, ending, write } = TWINS[name];
  const folder = join(cacheDir(), "simulated");
  const path = join(folder, `${name}-${seed}${ending}`);
  if (statOrNull(path)?.isFile) return path;
  await makeFolder(folder);
  const rng = createRng(seed).split(`twin/${name}`);
  const { s, g2m } = readCycleGenes();
  const peaks = new Map([
    ...s.map((gene): [string, number] => [gene, PHASE_CENTRES.S]),
    ...g2m.map((gene): [string, number] => [gene, PHASE_CENTRES.G2M]),
  ]);
  const others = await otherGenes(peaks);
  const drawn = Array.from(rng.split("background").sample(others.length, background), (i) => others[i]);
  const cycle = simulateCycle({ cells, peaks, background: drawn }, rng.split("cells"));
  const gates = rng.split("gates");
  await write(path, cycle, cycle.angles.map((angle) => angle + GATING_ERROR * gates.normal()));
  return path;
}

/** Genes of the shipped vocabulary that do not follow the cycle. */
async function otherGenes(cycling: ReadonlyMap<string, number>): Promise<string[]> {
  const { symbols } = await readVocabulary(join(checkpointsDir(), "walkthrough", "genes.tsv"));
  return symbols.filter((gene) => !cycling.has(gene));
}

/** As Buettner 2015: cells by genes, mouse symbols, logarithms, the phase as row name 1, 2 or 3. */
async function writeNumbered(
  path: string,
  { genes, counts }: SimulatedCycle,
  sorted: Float32Array,
): Promise<void> {
  const mouse = genes.map((gene) => `"${gene[0]}${gene.slice(1).toLowerCase()}"`);
  const rows = Array.from(sorted, (angle, cell) => {
    const values = counts.subarray(cell * genes.length, (cell + 1) * genes.length);
    const phase = PHASES.indexOf(phaseOfAngle(angle)) + 1;
    return `"${phase}",${
      Array.from(values, (count) => count === 0 ? 0 : Math.log1p(count).toFixed(4)).join()
    }`;
  });
  await writeFileAtomically(path, gzipSync([mouse.join(), ...rows].join("\n") + "\n"));
}

/** As GSE64016: genes by cells, normalised expected counts, cells named by phase; the unsorted half is named H1. */
async function writePrefixed(
  path: string,
  { genes, counts }: SimulatedCycle,
  sorted: Float32Array,
): Promise<void> {
  const names = Array.from(sorted, (angle, cell) => {
    const phase = { G1: "G1", S: "S", G2M: "G2" }[phaseOfAngle(angle)];
    return `"${cell % 2 === 0 ? phase : "H1"}_Exp1.${String(cell + 1).padStart(3, "0")}"`;
  });
  const rows = genes.map((gene, j) =>
    `"${gene}",${names.map((_, cell) => (0.98 * counts[cell * genes.length + j]).toFixed(2)).join()}`
  );
  await writeFileAtomically(path, gzipSync([`"",${names.join()}`, ...rows].join("\n") + "\n"));
}

/** As Hsiao 2020: raw counts with the FUCCI angle in obs. */
async function writeAngles(
  path: string,
  { genes, counts }: SimulatedCycle,
  sorted: Float32Array,
): Promise<void> {
  const x: DenseArray = { data: counts, shape: [sorted.length, genes.length] };
  const turn = 2 * Math.PI;
  await writeH5ad(path, {
    x,
    obsNames: Array.from(sorted, (_, cell) => `cell_${cell + 1}`),
    varNames: genes,
    obs: { theta: sorted.map((angle) => (angle % turn + turn) % turn) },
  });
}
