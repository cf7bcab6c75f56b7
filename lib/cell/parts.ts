import type { BatchPart, LossWeights, PretrainingBatch } from "./losses.ts";
import type { TypeSpace } from "./ranking.ts";

/**
 * Parts a batch by rows into at most `parts` parts, as even as they come, whose losses and gradients sum to those of
 * the whole. Each part stays padded to the length of the whole, so that dropout meets the same numbers.
 */
export function splitBatch(
  batch: PretrainingBatch,
  { parts, space }: { parts: number; space: Pick<TypeSpace, "typeOf"> },
): PretrainingBatch[] {
  const count = Math.min(parts, batch.cells);
  const whole = countTerms(batch, space);
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [i, i + 1].map((at) => Math.floor(at * batch.cells / count));
    const rows = sliceBatch(batch, start, end);
    return { ...rows, part: { firstRow: start, shares: shareOf(countTerms(rows, space), whole) } };
  });
}

type Terms = BatchPart["shares"];

/** Number of terms that each loss averages over: masked values, labelled cells, cells whose type has a text vector. */
function countTerms({ masked, classes }: PretrainingBatch, { typeOf }: Pick<TypeSpace, "typeOf">): Terms {
  return {
    expression: masked.reduce((sum, one) => sum + one, 0),
    cellType: classes.filter((label) => label >= 0).length,
    ontology: classes.filter((label) => label >= 0 && typeOf[label] >= 0).length,
  };
}

function shareOf(part: Terms, whole: Terms): Terms {
  const share = (loss: keyof LossWeights) => whole[loss] === 0 ? 0 : part[loss] / whole[loss];
  return { expression: share("expression"), cellType: share("cellType"), ontology: share("ontology") };
}

/** Rows [start, end), copied: a view would take the whole batch along to another thread. */
function sliceBatch(batch: PretrainingBatch, start: number, end: number): PretrainingBatch {
  const [from, to] = [start * batch.length, end * batch.length];
  return {
    cells: end - start,
    length: batch.length,
    ids: batch.ids.slice(from, to),
    values: batch.values.slice(from, to),
    masked: batch.masked.slice(from, to),
    targets: batch.targets.slice(from, to),
    lengths: batch.lengths.slice(start, end),
    classes: batch.classes.slice(start, end),
    studies: batch.studies?.slice(start, end),
    profiles: batch.profiles && sliceProfiles(batch.profiles, batch.cells, [start, end]),
  };
}

function sliceProfiles(profiles: Float32Array, cells: number, [start, end]: readonly number[]): Float32Array {
  const width = profiles.length / cells;
  return profiles.slice(start * width, end * width);
}
