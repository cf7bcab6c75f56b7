import { textWidth } from "./text_width.ts";

/** A name and where it would best stand, in pixels. */
export interface NamePlace {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

const SIZE = 11.5;
const HEIGHT = 15;
/** Tried in turn: where it belongs, then above and below. */
const SHIFTS = [0, -1, 1, -2, 2, -3, 3].map((rows) => rows * HEIGHT);

/**
 * Moves names up or down so that none covers another, in the order given; null for a name that finds no room
 * (the legend still has it).
 */
export function placeNames(names: readonly NamePlace[]): (number | null)[] {
  const taken: { left: number; right: number; y: number }[] = [];
  return names.map(({ name, x, y }) => {
    const half = textWidth(name, { size: SIZE }) / 2;
    const isFree = (at: number) =>
      taken.every((t) => t.right < x - half || t.left > x + half || Math.abs(t.y - at) >= HEIGHT);
    const shift = SHIFTS.find((shift) => isFree(y + shift));
    if (shift === undefined) return null;
    taken.push({ left: x - half, right: x + half, y: y + shift });
    return shift;
  });
}
