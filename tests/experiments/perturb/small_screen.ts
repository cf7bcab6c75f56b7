/** A simulated screen that is drawn in milliseconds. */
export const SMALL_SCREEN = {
  pathways: 4,
  regulators: 3,
  programs: 4,
  targets: 6,
  others: 6,
  pairs: 12,
  cells: 12,
  controls: 40,
};
