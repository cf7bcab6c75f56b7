import { fitLogisticRegression } from "../../baselines/mod.ts";
import { type Table, takeRows } from "../../matrix/mod.ts";
import { accuracy, macroF1 } from "../../metrics/mod.ts";
import type { Rng } from "../../runtime/mod.ts";

/** Cells as logistic regression sees them. */
export interface Description {
  /** `[cells, features]`. */
  readonly table: Table;
  /** Scale each feature to mean 0 and deviation 1; components keep their sizes without. */
  readonly standardise: boolean;
}

/** Scores on the rest of a study after learning from a few labelled cells, by the features that describe the cells. */
export interface FewLabels {
  /** Labelled cells of each type. */
  readonly perType: number;
  readonly types: number;
  /** Scores of each draw by description of cells. */
  readonly draws: readonly Readonly<
    Record<string, { readonly accuracy: number; readonly macro_f1: number }>
  >[];
}

/** A type takes part when so many of its cells are left to be named. */
const LEAST_TEST = 5;
/** Cells of a type that are named in a draw at most. */
const MOST_TEST = 100;

/**
 * Draws `perType` cells of each type, learns logistic regression from each description of them and names others, `repeats` times
 * over; null where fewer than two types have enough cells.
 */
export function scoreFewLabels(
  descriptions: Readonly<Record<string, Description>>,
  truth: readonly (string | null)[],
  { perType, repeats, rng }: { perType: number; repeats: number; rng: Rng },
): FewLabels | null {
  const rows = [...truth.keys()].filter((row) => truth[row] !== null);
  const groups = [...Map.groupBy(rows, (row) => truth[row]).values()]
    .filter((group) => group.length >= perType + LEAST_TEST);
  if (groups.length < 2) return null;
  const draws = Array.from({ length: repeats }, (_, draw) => {
    const drawn = groups.map((group, i) => rng.split(`${perType}/${draw}/${i}`).shuffle(group));
    const train = drawn.flatMap((group) => group.slice(0, perType));
    const test = drawn.flatMap((group) => group.slice(perType, perType + MOST_TEST));
    return Object.fromEntries(
      Object.entries(descriptions).map(([name, own]) => [name, scoreDraw(own, truth, { train, test })]),
    );
  });
  return { perType, types: groups.length, draws };
}

function scoreDraw(
  { table, standardise }: Description,
  truth: readonly (string | null)[],
  { train, test }: { train: readonly number[]; test: readonly number[] },
) {
  const namesOf = (rows: readonly number[]) => rows.map((row) => truth[row] ?? "");
  const model = fitLogisticRegression(takeRows(table, [...train]), namesOf(train), { seed: 0, standardise });
  const { labels } = model.predict(takeRows(table, [...test]));
  return { accuracy: accuracy(namesOf(test), labels), macro_f1: macroF1(namesOf(test), labels) };
}
