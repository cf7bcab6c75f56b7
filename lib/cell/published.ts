/** Points where a pretraining run follows the original and not our own rule (ORIGINAL section 6; docs/PARITY.md has the list). */
export interface AsPublished {
  /** Hidden values are their own targets (defect 1), `<cls>` may be hidden, and shares are rounded down. */
  readonly masking: boolean;
  /** Relations are read by splitting lines at white space, so that only heads of one word have any (defect 2). */
  readonly relations: boolean;
  /** One random negative a cell, and a random stand-in where a type has no close types (defect 4). */
  readonly negatives: boolean;
  /** Drawn genes stay in the order of the draw, so that long cells are shuffled and short ones are not. */
  readonly draws: boolean;
  /** Cells are ranked among the classes alone, by text vectors as they come; ours are centred, and all types compete. */
  readonly types: boolean;
}

/** Everything as the original did it. */
export const AS_PUBLISHED: AsPublished = {
  masking: true,
  relations: true,
  negatives: true,
  draws: true,
  types: true,
};
