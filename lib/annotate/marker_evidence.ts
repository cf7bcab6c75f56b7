import { type GeneVocabulary, type ModelCells, readModelCells } from "../genes/mod.ts";
import type { CsrMatrix } from "../matrix/mod.ts";
import type { TermMarkers } from "../ontology/mod.ts";

/** The evidence that the marker genes of the types give for each cell. */
export interface MarkerEvidence {
  /** `sum(w z) / sqrt(sum w^2)` over the markers that the file has, `[cells, types]`; 0 for a type without any. */
  readonly scores: Float32Array;
  /** Number of markers of each type that the file has. */
  readonly measured: Int32Array;
}

/** The types to score, and where their markers and the genes' names come from. */
interface MarkedTypes {
  /** Cell Ontology ids. */
  readonly types: readonly string[];
  readonly markers: TermMarkers;
  readonly vocabulary: Pick<GeneVocabulary, "symbols">;
}

/** Beyond so many standard deviations a gene says no more. */
const MOST = 10;
const BLOCK = 256;

/**
 * Scores types by their marker genes: z of each gene over the cells of the file (log1p values), weighed and summed, divided by the
 * root of the squared weights, so that a type of many markers has no head start. Nothing is learned.
 */
export function markerEvidence(
  cells: ModelCells,
  { types, markers, vocabulary }: MarkedTypes,
): MarkerEvidence {
  const weights = weighGenes(cells, { types, markers, vocabulary });
  const scaling = measureGenes(cells, weights);
  const { nObs } = cells.source;
  const scores = new Float32Array(nObs * types.length);
  for (let start = 0; start < nObs; start += BLOCK) {
    const block = readModelCells(cells, start, Math.min(start + BLOCK, nObs));
    scoreBlock(block, {
      weights,
      scaling,
      scores: scores.subarray(start * types.length),
      width: types.length,
    });
  }
  return { scores, measured: weights.measured };
}

interface Weights {
  /** Place of each marker gene of the file, by gene of the vocabulary; -1 for others. */
  readonly placeOf: Int32Array;
  /** For each marker gene, the types that it speaks for and its weight there. */
  readonly speaksFor: readonly (readonly { readonly type: number; readonly weight: number }[])[];
  readonly measured: Int32Array;
}

function weighGenes(
  cells: ModelCells,
  { types, markers, vocabulary }: MarkedTypes,
): Weights {
  const has = new Set(cells.tokenOf);
  const geneOf = new Map(vocabulary.symbols.map((symbol, gene) => [symbol, gene]));
  const placeOf = new Int32Array(cells.genes).fill(-1);
  const speaksFor: { type: number; weight: number }[][] = [];
  const measured = new Int32Array(types.length);
  types.forEach((id, type) => {
    const own = (markers.get(id) ?? []).flatMap(({ gene, weight }) => {
      const token = geneOf.get(gene) ?? -1;
      return has.has(token) && token >= 0 ? [{ token, weight }] : [];
    });
    const length = Math.hypot(...own.map(({ weight }) => weight));
    measured[type] = own.length;
    for (const { token, weight } of own) {
      if (placeOf[token] < 0) placeOf[token] = speaksFor.push([]) - 1;
      speaksFor[placeOf[token]].push({ type, weight: weight / length });
    }
  });
  return { placeOf, speaksFor, measured };
}

interface Scaling {
  readonly mean: Float64Array;
  /** 1 / standard deviation; 0 for a gene that does not vary. */
  readonly inverse: Float64Array;
}

function measureGenes(cells: ModelCells, { placeOf, speaksFor }: Weights): Scaling {
  const mean = new Float64Array(speaksFor.length);
  const inverse = new Float64Array(speaksFor.length);
  const { nObs } = cells.source;
  for (let start = 0; start < nObs; start += BLOCK) {
    const { indices, data } = readModelCells(cells, start, Math.min(start + BLOCK, nObs));
    indices.forEach((gene, i) => {
      const place = placeOf[gene];
      if (place < 0) return;
      mean[place] += data[i] / nObs;
      inverse[place] += data[i] ** 2 / nObs;
    });
  }
  inverse.forEach((square, place) => {
    const variance = square - mean[place] ** 2;
    inverse[place] = variance > 1e-9 ? 1 / Math.sqrt(variance) : 0;
  });
  return { mean, inverse };
}

function scoreBlock(
  block: CsrMatrix,
  { weights, scaling, scores, width }: {
    weights: Weights;
    scaling: Scaling;
    scores: Float32Array;
    width: number;
  },
): void {
  const { placeOf, speaksFor } = weights;
  const { mean, inverse } = scaling;
  const z = (place: number, value: number) =>
    Math.max(-MOST, Math.min(MOST, (value - mean[place]) * inverse[place]));
  const absent = new Float64Array(width); // what a cell scores that expresses none of the genes
  speaksFor.forEach((types, place) => {
    for (const { type, weight } of types) absent[type] += weight * z(place, 0);
  });
  for (let row = 0; row < block.rows; row++) {
    const own = scores.subarray(row * width, (row + 1) * width);
    own.set(absent);
    for (let i = block.indptr[row]; i < block.indptr[row + 1]; i++) {
      const place = placeOf[block.indices[i]];
      if (place < 0) continue;
      const gain = z(place, block.data[i]) - z(place, 0);
      for (const { type, weight } of speaksFor[place]) own[type] += weight * gain;
    }
  }
}
