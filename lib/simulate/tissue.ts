import type { Rng } from "../runtime/mod.ts";
import { nearestNeighbours } from "../matrix/mod.ts";
import { CODEX_PANEL, type IntestineType, type Tissue, type Zone } from "./intestine.ts";

/** Cells of one region of a tissue: where each lies and what it is. */
export interface Layout {
  readonly name: string;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly types: readonly string[];
}

/** Micrometres between cells, depth of the mucosa's parts, and distance between crypts, in an invented gut wall. */
const WALL = {
  spacing: 10,
  crypts: 60,
  cryptRadius: 20,
  lumen: 40,
  mucosa: 260,
  submucosa: 340,
  bottom: 480,
};

/**
 * An invented piece of gut wall, the lumen at the top: crypts in rows with their epithelium around them, immune cells
 * between, vessels and connective tissue below, muscle at the bottom. Type shares within a zone are those of the tissue.
 */
export function inventLayout(
  name: string,
  { cells, tissue, types, rng }: {
    cells: number;
    tissue: Tissue;
    types: readonly IntestineType[];
    rng: Rng;
  },
): Layout {
  const width = cells * WALL.spacing ** 2 / WALL.bottom;
  const x = new Float32Array(cells);
  const y = new Float32Array(cells);
  const chosen = Array.from({ length: cells }, (_, i) => {
    x[i] = width * rng.uniform();
    y[i] = WALL.bottom * rng.uniform();
    const zone = zoneAt(x[i], y[i], rng);
    return drawType(types.filter((type) => type.zone === zone), tissue, rng).name;
  });
  return { name, x, y, types: chosen };
}

/** The zone of a place; one cell in twelve strays, for layers of real tissue are not clean. */
function zoneAt(x: number, y: number, rng: Rng): Zone {
  if (rng.uniform() < 1 / 12) return rng.choice(["lamina", "stroma"] as const);
  if (y < WALL.lumen) return "surface";
  if (y > WALL.submucosa) return "muscle";
  if (y > WALL.mucosa) return "stroma";
  const fromCrypt = Math.abs((x % WALL.crypts) - WALL.crypts / 2);
  if (fromCrypt > WALL.cryptRadius) return rng.uniform() < 0.75 ? "lamina" : "stroma";
  return y < (WALL.lumen + WALL.mucosa) / 2 ? "surface" : "crypt";
}

function drawType(types: readonly IntestineType[], tissue: Tissue, rng: Rng): IntestineType {
  const total = types.reduce((sum, { share }) => sum + share[tissue], 0);
  let left = rng.uniform() * total;
  return types.find(({ share }) => (left -= share[tissue]) < 0) ?? types[0];
}

/**
 * The part of a region that shows most types: the square field of `cells` cells around that of 12 random cells where
 * labels are most mixed (by entropy). Real regions hold tens of thousands of cells, a walkthrough reads a few thousand.
 */
export function richestView(layout: Layout, { cells, rng }: { cells: number; rng: Rng }): Layout {
  if (layout.types.length <= cells) return layout;
  const centres = rng.sample(layout.types.length, 12);
  const views = Array.from(centres, (centre) => fieldAround(layout, centre, cells));
  const entropies = views.map((rows) => typeEntropy(Array.from(rows, (row) => layout.types[row])));
  const best = views[entropies.indexOf(Math.max(...entropies))].sort();
  return {
    name: layout.name,
    x: Float32Array.from(best, (row) => layout.x[row]),
    y: Float32Array.from(best, (row) => layout.y[row]),
    types: Array.from(best, (row) => layout.types[row]),
  };
}

/** The cells of the smallest square around a cell that holds `cells` of them. */
function fieldAround({ x, y }: Layout, centre: number, cells: number): Int32Array {
  const reach = x.map((at, i) => Math.max(Math.abs(at - x[centre]), Math.abs(y[i] - y[centre])));
  return Int32Array.from(reach.keys()).sort((a, b) => reach[a] - reach[b]).slice(0, cells);
}

/** Mixing of labels: -sum p log p over their shares, in nats. */
export function typeEntropy(labels: readonly string[]): number {
  const counts = [...Map.groupBy(labels, (label) => label).values()].map((group) =>
    group.length / labels.length
  );
  return -counts.reduce((sum, share) => sum + share * Math.log(share), 0);
}

/** Quality of a stain: spread of its strength (of the logarithm), of the background, and light from neighbours. */
const STAIN = {
  spread: 0.45,
  cell: 0.25,
  background: 0.6,
  spill: 0.22,
  region: 0.2,
  dropout: 0.1,
  neighbours: 6,
};

/**
 * Marker intensities of the cells of a region, z-scored over the region, `[cells, markers]` row-major:
 * own strength x log-normal noise (each cell brighter or darker as a whole, each marker brighter or darker in
 * the whole region, some stains missed) + light spilt by the nearest cells + background.
 */
export function stainCells(
  { x, y, types }: Layout,
  { known, rng }: { known: readonly IntestineType[]; rng: Rng },
): Float32Array {
  const markers = CODEX_PANEL.length;
  const levelsOf = new Map(known.map((type) => [type.name, type.levels]));
  const dark = new Float32Array(markers);
  const own = new Float32Array(types.length * markers);
  const gains = Float32Array.from({ length: markers }, () => Math.exp(STAIN.region * rng.normal()));
  types.forEach((type, cell) => {
    const brightness = Math.exp(STAIN.cell * rng.normal());
    (levelsOf.get(type) ?? dark).forEach((level, m) => {
      const seen = level > 0 && rng.uniform() >= STAIN.dropout ? level : 0;
      own[cell * markers + m] = gains[m] * brightness * seen * Math.exp(STAIN.spread * rng.normal());
    });
  });
  const values = own.map((value) => value + STAIN.background * rng.normal());
  nearestNeighbours({ x, y }, STAIN.neighbours).forEach((near, cell) => {
    for (const other of near) {
      for (let m = 0; m < markers; m++) {
        values[cell * markers + m] += STAIN.spill * own[other * markers + m] / Math.sqrt(STAIN.neighbours);
      }
    }
  });
  return zScores(values, markers);
}

/** Each column minus its mean, over its standard deviation. */
function zScores(values: Float32Array, cols: number): Float32Array {
  const rows = values.length / cols;
  const scaled = new Float32Array(values.length);
  for (let m = 0; m < cols; m++) {
    let [sum, squares] = [0, 0];
    for (let row = 0; row < rows; row++) {
      sum += values[row * cols + m];
      squares += values[row * cols + m] ** 2;
    }
    const mean = sum / rows;
    const sd = Math.sqrt(Math.max(squares / rows - mean ** 2, 1e-12));
    for (let row = 0; row < rows; row++) scaled[row * cols + m] = (values[row * cols + m] - mean) / sd;
  }
  return scaled;
}
