import type { Interval } from "../metrics/mod.ts";
import type { KnownEffect, LeagueRow, ReporterCall } from "../experiments/perturb/mod.ts";
import type { Table } from "./table.ts";

/** The league table, best Pearson delta first, and Pearson delta by group of conditions where there are several. */
export function leagueTables(set: string, league: readonly LeagueRow[]): Table[] {
  const ranked = league.toSorted((a, b) => b.interval.mean - a.interval.mean);
  const groups = [...new Set(league.flatMap((row) => Object.keys(row.groups)))];
  const main: Table = {
    title: `${set}: Pearson delta [95 % interval over conditions], then other metrics`,
    columns: [
      "model",
      "delta",
      "interval",
      "over mean",
      "interval",
      "delta top 20",
      "direction",
      "nMSE",
      "energy",
    ],
    rows: ranked.map(({ model, interval, gain, means }) => [
      ...[model, number(interval.mean), range(interval), number(gain?.mean), gain ? range(gain) : "-"],
      ...[number(means.pearson_delta_de), number(means.direction)],
      ...[number(means.normalised_mse), number(means.energy_distance)],
    ]),
  };
  if (groups.length < 2) return [main];
  const byGroup: Table = {
    title: `${set}: Pearson delta by group`,
    columns: ["model", ...groups],
    rows: ranked.map((row) => [row.model, ...groups.map((group) => number(row.groups[group]?.mean))]),
  };
  return [main, byGroup];
}

/** Predicted change of a reporter gene and its rank by held-out condition, the measured change first. */
export function reporterTable(calls: readonly ReporterCall[], { reporter, what }: KnownEffect): Table {
  const conditions = [...new Set(calls.map(({ condition }) => condition))];
  const byModel = Map.groupBy(calls, ({ model }) => model);
  const observed = conditions.map((name) =>
    number(calls.find(({ condition }) => condition === name)?.observed)
  );
  return {
    title: `${reporter}: ${what}; predicted change (rank of ${calls[0].genes} genes, 1 the most lowered)`,
    columns: ["model", ...conditions],
    rows: [
      ["measured", ...observed],
      ...Array.from(byModel, ([model, own]) => [
        model,
        ...conditions.map((name) => callText(own.find(({ condition }) => condition === name))),
      ]),
    ],
  };
}

const callText = (call: ReporterCall | undefined): string =>
  call ? `${number(call.predicted)} (${call.rank})` : "-";

const range = ({ low, high }: Interval): string => `[${number(low)}, ${number(high)}]`;

const number = (value: number | undefined): string => value === undefined ? "-" : value.toFixed(3);
