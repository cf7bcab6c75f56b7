import pl from "nodejs-polars";
import { bars, type Figure } from "../../figures/mod.ts";
import type { SpatialSet } from "../../experiments/spatial/mod.ts";

/** A type and its shares in the cells to learn from and in those to report on, per cent. */
interface TypeShare {
  readonly type: string;
  readonly train: number;
  readonly test: number;
}

/** Shares of every type; rarest last. */
function sharesOf({ cells: { labels, isTest } }: Pick<SpatialSet, "cells">): TypeShare[] {
  const rows = [...labels.keys()].filter((row) => labels[row] !== null);
  const parts = [false, true].map((test) => rows.filter((row) => (isTest?.[row] ?? false) === test));
  const share = (type: string, of: number[]) =>
    Math.round(1000 * of.filter((row) => labels[row] === type).length / Math.max(1, of.length)) / 10;
  return [...new Set(rows.map((row) => labels[row] ?? ""))]
    .map((type) => ({ type, train: share(type, parts[0]), test: share(type, parts[1]) }))
    .sort((a, b) => b.train + b.test - a.train - a.test);
}

/** Frequency of each type in the two parts of a set. */
export function sharesFigure(set: Pick<SpatialSet, "cells">, title = "How common each type is"): Figure {
  const shares = sharesOf(set);
  return bars({
    title,
    categories: shares.map(({ type }) => type),
    series: [
      { name: "learned from", values: shares.map(({ train }) => train) },
      { name: "reported on", values: shares.map(({ test }) => test) },
    ],
    value: "share of the cells (%)",
    horizontal: true,
  });
}

/** {@linkcode sharesFigure} as a table. */
export function typeShares(set: Pick<SpatialSet, "cells">): pl.DataFrame {
  const shares = sharesOf(set);
  return pl.DataFrame({
    "cell type": shares.map(({ type }) => type),
    "learned from, %": shares.map(({ train }) => train),
    "reported on, %": shares.map(({ test }) => test),
  });
}
