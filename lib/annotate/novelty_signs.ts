import { encodeLabels, fitLinearPath, linearScores, weighedScaling } from "../baselines/mod.ts";
import { createRng } from "../runtime/mod.ts";
import { type CellTables, type LearningCells, takeCells } from "./experts.ts";
import { fitGaussians } from "./gaussians.ts";
import { fitPrincipalSpace } from "./principal_space.ts";
import { logSumExpRows, measureScaling } from "../matrix/mod.ts";

/** Signs that a cell is novel; each is higher for more novel cells. */
export const SIGNS = ["energy", "markers", "genes", "encoder"] as const;
export type Sign = typeof SIGNS[number];
/** A value of each sign for every cell. */
export type Signs = Readonly<Record<Sign, Float32Array>>;

/** Scaled signs beyond these say no more than these. */
const RANGE = { low: -5, high: 8 };

/**
 * Learns from the cells that are not held out how known cells look, and answers with the signs of any cells: (value -
 * median) / interquartile range of the held-out ones, which are known and unseen, as the known cells of another file are.
 */
export function fitSigns(cells: LearningCells, { seed }: { seed: number }): (query: CellTables) => Signs {
  const held = new Set(cells.validation);
  const rows = [...cells.keys.keys()];
  const learned = rows.filter((row) => !held.has(row));
  const raw = fitRaw(takeCells(cells, learned), { keys: learned.map((row) => cells.keys[row]), seed });
  const usual = raw(takeCells(cells, held.size > 0 ? cells.validation : rows));
  const scales = forSigns((sign) => quartiles(usual[sign]));
  return (query) => {
    const values = raw(query);
    return forSigns((sign) => values[sign].map((value) => scaled(value, scales[sign])));
  };
}

/** A record with an entry for each sign. */
export const forSigns = <T>(make: (sign: Sign) => T): Record<Sign, T> => ({
  energy: make("energy"),
  markers: make("markers"),
  genes: make("genes"),
  encoder: make("encoder"),
});

function fitRaw(
  { genes, vectors }: CellTables,
  { keys, seed }: { keys: readonly string[]; seed: number },
): (query: CellTables) => Signs {
  const { codes } = encodeLabels(genes, keys);
  const rng = createRng(seed).split("components");
  const linear = fitLinearPath({ table: genes, labels: keys, validation: new Int32Array() }, { seed }).final;
  const space = {
    markers: fitPrincipalSpace(genes, { scaling: weighedScaling(genes, keys), rng: rng.split("markers") }),
    genes: fitPrincipalSpace(genes, { scaling: measureScaling(genes), rng: rng.split("genes") }),
  };
  const distances = {
    markers: fitGaussians(space.markers(genes), codes),
    genes: fitGaussians(space.genes(genes), codes),
    encoder: fitGaussians(vectors, codes),
  };
  return (query) => ({
    energy: logSumExpRows(linearScores(linear, query.genes), linear.classes.length).map((value) => -value),
    markers: distances.markers(space.markers(query.genes)).relative,
    genes: distances.genes(space.genes(query.genes)).nearest.map(Math.log1p),
    encoder: distances.encoder(query.vectors).nearest.map(Math.log1p),
  });
}

interface Quartiles {
  readonly median: number;
  readonly range: number;
}

function quartiles(values: Float32Array): Quartiles {
  const sorted = values.toSorted();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { median: at(0.5), range: Math.max(at(0.75) - at(0.25), 1e-6) };
}

const scaled = (value: number, { median, range }: Quartiles): number =>
  Math.min(RANGE.high, Math.max(RANGE.low, (value - median) / range));
