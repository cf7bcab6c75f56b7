import { createRng, usageError } from "../../runtime/mod.ts";
import { type Split, splitCells, splitName, type SplitRule } from "../../baselines/mod.ts";
import type { SpatialCells } from "./read.ts";

/** Splits of tissue cells, by name: the files' own parts, left half against right half, or shares such as 70-30. */
export type SpatialSplit = "files" | "left-right" | `${number}-${number}`;

/** A set's own split: as its files are split, else one half of the tissue against the other. */
export const ownSplit = ({ isTest }: SpatialCells): SpatialSplit => isTest ? "files" : "left-right";

/** @throws {KcellfmError} tag "usage", when the text names no split or the cells have no parts of their own. */
export function parseSpatialSplit(text: string, { isTest }: SpatialCells): SpatialSplit {
  const name = text.replace("/", "-");
  const shares = name.match(/^(\d+)-(\d+)$/)?.slice(1).map(Number);
  if (name === "left-right" || shares && shares[0] > 0 && shares[1] > 0) return name as SpatialSplit;
  if (name === "files" && isTest) return name;
  throw usageError(
    `Cannot split by "${text}": expected left-right, shares such as 70-30${
      isTest ? ", or files" : " (files needs --test FILE)"
    }`,
  );
}

/**
 * The rule of one repeat. Halves are split at the median x of each image; shares are drawn within each type, anew for
 * every repeat, and handed on as a place, so that values can be coded on the training cells of that very draw.
 */
export function ruleOf(
  cells: SpatialCells,
  split: SpatialSplit,
  { seed, repeat }: { seed: number; repeat: number },
): SplitRule {
  if (split === "files") return { by: "place", name: split, isTest: (row) => cells.isTest?.[row] ?? false };
  if (split === "left-right") {
    const middle = middles(cells);
    const isTest = (row: number) => cells.x[row] > (middle.get(cells.images[row]) ?? 0);
    return { by: "place", name: split, isTest };
  }
  const [train, test] = split.split("-").map(Number);
  const rule = { by: "cells" as const, test: test / (train + test) };
  const rng = createRng(seed).split(`spatial/${split}/${repeat}`);
  const drawn = new Set(splitCells(cells, rule, { repeats: 1, rng })[0].test);
  return { by: "place", name: splitName(rule), isTest: (row) => drawn.has(row) };
}

/** The training, validation and test cells of a rule. */
export const splitBy = (cells: SpatialCells, rule: SplitRule, seed: number): Split =>
  splitCells(cells, rule, { repeats: 1, rng: createRng(seed).split("coding") })[0];

function middles({ x, images }: SpatialCells): Map<string, number> {
  const rows = [...Map.groupBy(images.keys(), (row) => images[row])];
  return new Map(
    rows.map(([image, of]) => [image, of.map((row) => x[row]).sort((a, b) => a - b)[of.length >> 1]]),
  );
}
