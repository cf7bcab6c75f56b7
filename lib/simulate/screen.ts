import type { Rng } from "../runtime/mod.ts";
import { type CellSource, writeH5ad } from "../data/mod.ts";
import { type CellPlan, type Population, simulateCells } from "./cells.ts";
import { drawNetwork, type NetworkOptions, type RegulatoryNetwork } from "./network.ts";
import { type CsrMatrix, Frame } from "../matrix/mod.ts";

/** Options for a simulated perturbation screen. */
export interface ScreenOptions extends NetworkOptions {
  /** Default "simulated". */
  readonly name?: string;
  /** Pairs of regulators that are perturbed together, beside every single one; default 120. */
  readonly pairs?: number;
  /** Cells of each condition; default 40. */
  readonly cells?: number;
  /** Unperturbed cells; default 400. */
  readonly controls?: number;
  /** Median of the UMIs a cell; default 2,000. */
  readonly depth?: number;
}

/** A simulated Perturb-seq: raw counts in the form of GEARS, and the truth that they were drawn from. */
export interface SimulatedScreen extends CellSource {
  readonly network: RegulatoryNetwork;
}

/** Standard deviation of the log activity of a program between cells, and of the log library size. */
const CELL_SPREAD = 0.25;
const DEPTH_SPREAD = 0.35;

/**
 * Simulates a Perturb-seq experiment on a network of {@linkcode drawNetwork}: every regulator lost alone, and some pairs.
 * obs has `condition` ("A+ctrl", "A+B", "ctrl") and `control` (1 or 0), var `gene_name`: the form that GEARS reads.
 */
export function simulateScreen(options: ScreenOptions, rng: Rng): SimulatedScreen {
  const { name = "simulated", cells = 40, controls = 400, depth = 2000 } = options;
  const network = drawNetwork(options, rng.split("network"));
  const conditions = drawConditions(network, options.pairs ?? 120, rng.split("pairs"));
  const populations: Population[] = conditions.map((condition) => ({
    name: condition,
    profile: network.shares(condition.split("+").filter((part) => part !== "ctrl")),
  }));
  const populationOf = Int32Array.from(
    conditions.flatMap((condition, i) => new Array<number>(condition === "ctrl" ? controls : cells).fill(i)),
  );
  const source = simulateCells(
    planOf({ name, network, populations, populationOf, depth }, rng.split("traits")),
    rng.split("cells"),
  );
  return {
    ...source,
    network,
    var: new Frame(network.genes, { gene_name: network.genes, terms: termTexts(network) }),
  };
}

/** The terms of each gene, split by "|". */
const termTexts = ({ genes, terms }: RegulatoryNetwork): string[] =>
  genes.map((gene) => [...terms.get(gene) ?? []].sort().join("|"));

/** Cells that are drawn and written at once. */
const BLOCK = 512;

/**
 * Writes a screen as an AnnData file of raw counts.
 *
 * @throws {KcellfmError} tag "file", when the folder of `path` does not exist.
 */
export async function writeScreen(path: string, screen: SimulatedScreen): Promise<void> {
  const condition = screen.obs.values("condition").map(String);
  await writeH5ad(path, {
    x: blocks(screen),
    obsNames: screen.obsNames,
    varNames: screen.varNames,
    obs: { condition, control: Int32Array.from(condition, (text) => Number(text === "ctrl")) },
    var: { gene_name: [...screen.network.genes], terms: termTexts(screen.network) },
  });
}

function* blocks(screen: CellSource): Generator<CsrMatrix> {
  for (let start = 0; start < screen.nObs; start += BLOCK) {
    yield screen.rows(start, Math.min(screen.nObs, start + BLOCK));
  }
}

function drawConditions({ regulators }: RegulatoryNetwork, pairs: number, rng: Rng): string[] {
  const genes = regulators.map(({ gene }) => gene);
  const all = genes.flatMap((a, i) => genes.slice(i + 1).map((b) => `${a}+${b}`));
  const drawn = Array.from(rng.sample(all.length, Math.min(pairs, all.length)).sort(), (at) => all[at]);
  return ["ctrl", ...genes.map((gene) => `${gene}+ctrl`), ...drawn];
}

function planOf(
  { name, network, populations, populationOf, depth }:
    & Pick<CellPlan, "name" | "populations" | "populationOf" | "depth">
    & { network: RegulatoryNetwork },
  rng: Rng,
): CellPlan {
  const genes = network.genes;
  const condition = Array.from(populationOf, (i) => populations[i].name);
  const flat = new Float32Array(genes.length);
  return {
    name,
    genes,
    populations,
    populationOf,
    depth,
    dropout: 0.05,
    traits: {
      base: flat,
      loading: flat,
      markerLevel: flat,
      module: network.program,
      size: Float32Array.from(genes, (gene) => Math.exp(1.5 + 0.4 * rng.split(gene).normal())),
    },
    groupEffects: [new Float32Array(genes.length).fill(1)],
    groupOf: new Int32Array(populationOf.length),
    obs: { condition, control: Int32Array.from(condition, (text) => Number(text === "ctrl")) },
    depthSpread: DEPTH_SPREAD,
    cellSpread: CELL_SPREAD,
  };
}
