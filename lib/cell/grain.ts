/** For each study and class, the classes that the label may mean (`meaningOf`). */
export type Meanings = readonly (readonly (readonly number[])[])[];

/** Labels of some cells. */
export interface GrainLabels {
  /** Class of each cell, or -1. */
  readonly classes: Int32Array;
  /** Place of each cell's study in `meanings`. */
  readonly studies: Int32Array;
  readonly meanings: Meanings;
}

/** Mask for `anyGrainLoss`: 1 at the classes that each cell's label may mean, `[cells, width]`; all ones without a label. */
export function meaningMask(
  { classes, studies, meanings }: GrainLabels,
  width: number,
): { meaning: Float32Array; labelled: number } {
  const meaning = new Float32Array(classes.length * width);
  classes.forEach((label, row) => {
    if (label < 0) meaning.fill(1, row * width, (row + 1) * width);
    else for (const place of meanings[studies[row]][label]) meaning[row * width + place] = 1;
  });
  return { meaning, labelled: classes.filter((label) => label >= 0).length };
}
