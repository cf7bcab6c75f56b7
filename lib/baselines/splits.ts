import { dataError, type Rng } from "../runtime/mod.ts";

/** Rows of one repeat, ascending: to learn from, to choose settings by, and to report on. */
export interface Split {
  /** Name of this repeat: the group that is left out, or the number of the draw. */
  readonly name: string;
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/** Rules that split cells into those to learn from and those to report on. */
export type SplitRule =
  /** At random within each class; `test` is the share that is reported on, default 0.3. */
  | { readonly by: "cells"; readonly test?: number }
  /** One group (patient, donor, study, region) left out at a time; `of` names them: "patient". */
  | { readonly by: "groups"; readonly of: string }
  /** `shots` cells of each class to learn from, all others to report on. */
  | { readonly by: "shots"; readonly shots: number }
  /** The rows for which `isTest` holds are reported on: half of a tissue, another file. */
  | { readonly by: "place"; readonly name: string; readonly isTest: (row: number) => boolean };

/** The facts of the cells that a rule needs; a cell without a label (null) takes no part. */
export interface Splittable {
  readonly labels: readonly (string | null)[];
  readonly groups?: readonly string[];
}

/** Share of each class's training cells that settings are chosen by. */
const VALIDATION_SHARE = 0.15;

/**
 * Parts cells by a rule, `repeats` times; groups are left out in turn, so there a repeat is one whole round. The cells
 * to choose settings by are always drawn from the training part (15 % of each class, none of a class with fewer than
 * three cells). A class with a single cell is learned from and never reported on when cells are drawn; under the other
 * rules a class may be met for the first time in the test part, where no answer can be right.
 *
 * @throws {KcellfmError} tag "data", when a part would be empty or there are no groups to leave out.
 */
export function splitCells(
  cells: Splittable,
  rule: SplitRule,
  { repeats, rng }: { repeats: number; rng: Rng },
): Split[] {
  return Array.from({ length: repeats }, (_, repeat) => splitOnce(cells, rule, rng.split(repeat)))
    .flatMap((round, repeat) =>
      round.map(({ name, ...parts }) => ({ ...parts, name: name || String(repeat + 1) }))
    );
}

function splitOnce(cells: Splittable, rule: SplitRule, rng: Rng): Split[] {
  return testParts(cells, rule, rng).map(({ name, test }) => {
    const inTest = new Set(test);
    const rest = labelledRows(cells).filter((row) => !inTest.has(row));
    const validation = validationPart(cells, rest, rng.split(`validation/${name}`));
    const held = new Set(validation);
    const train = rest.filter((row) => !held.has(row));
    if (train.length === 0 || test.length === 0) {
      throw dataError(
        `Cannot split ${cells.labels.length} cells (${
          splitName(rule)
        } ${name}): ${train.length} to learn from and ` +
          `${test.length} to report on; expected at least one of each`,
      );
    }
    return {
      name,
      train: Int32Array.from(train),
      validation: Int32Array.from(validation),
      test: Int32Array.from(test),
    };
  });
}

/** The name of a rule as results files give it: "70/30", "leave-one-patient-out", "5-shot". */
export function splitName(rule: SplitRule): string {
  switch (rule.by) {
    case "cells": {
      const test = Math.round(100 * (rule.test ?? TEST_SHARE));
      return `${100 - test}/${test}`;
    }
    case "groups":
      return `leave-one-${rule.of}-out`;
    case "shots":
      return `${rule.shots}-shot`;
    case "place":
      return rule.name;
  }
}

const TEST_SHARE = 0.3;

function testParts(cells: Splittable, rule: SplitRule, rng: Rng): { name: string; test: number[] }[] {
  const rows = labelledRows(cells);
  switch (rule.by) {
    case "cells":
      return [{
        name: "",
        test: drawWithin(cells, rows, { rng, count: (n) => share(n, rule.test ?? TEST_SHARE) }),
      }];
    case "shots":
      return [{
        name: "",
        test: drawWithin(cells, rows, { rng, count: (n) => Math.max(0, n - rule.shots) }),
      }];
    case "place":
      return [{ name: "", test: rows.filter(rule.isTest) }];
    case "groups":
      return groupsOf(cells, rule.of).map((group) => ({
        name: group,
        test: rows.filter((row) => cells.groups?.[row] === group),
      }));
  }
}

function groupsOf({ labels, groups }: Splittable, of: string): string[] {
  const names = [...new Set(groups?.filter((_, row) => labels[row] !== null))].sort();
  if (names.length >= 2) return names;
  throw dataError(
    `Cannot leave one ${of} out: the cells have ${names.length} (${
      names.join(", ") || "none"
    }), at least two are needed`,
  );
}

const labelledRows = ({ labels }: Splittable): number[] =>
  [...labels.keys()].filter((row) => labels[row] !== null);

/** At least one of two or more, and never all. */
const share = (n: number, part: number): number =>
  n < 2 ? 0 : Math.min(n - 1, Math.max(1, Math.round(n * part)));

function validationPart(cells: Splittable, rows: readonly number[], rng: Rng): number[] {
  return drawWithin(cells, rows, { rng, count: (n) => n < 3 ? 0 : share(n, VALIDATION_SHARE) });
}

/** `count(n)` of the n rows of each class, drawn at random, ascending. */
function drawWithin(
  { labels }: Splittable,
  rows: readonly number[],
  { rng, count }: { rng: Rng; count: (n: number) => number },
): number[] {
  const drawn = [...Map.groupBy(rows, (row) => labels[row])].flatMap(([label, ofClass]) =>
    rng.split(label ?? "").shuffle([...ofClass]).slice(0, count(ofClass.length))
  );
  return drawn.sort((a, b) => a - b);
}
