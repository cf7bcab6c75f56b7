import type { Interval } from "../metrics/mod.ts";
import type {
  Answer,
  AskedCells,
  KnownEffect,
  LeagueRow,
  RankedLoss,
  ReporterCall,
  SavedPerturbationModel,
} from "../experiments/perturb/mod.ts";
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
      "se",
      "interval",
      "delta top 20",
      "direction",
      "nMSE",
      "energy",
      "in 90 %",
    ],
    rows: ranked.map(({ model, interval, gain, gainError, means }) => [
      ...[model, number(interval.mean), range(interval), number(gain?.mean), number(gainError ?? undefined)],
      gain ? range(gain) : "-",
      ...[number(means.pearson_delta_de), number(means.direction)],
      ...[number(means.normalised_mse), number(means.energy_distance), number(means.coverage)],
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
    title: `${reporter}: ${what}; predicted change, its 90 % interval, and rank of ${
      calls[0].genes
    } genes, 1 the most lowered`,
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

/** Genes of a prediction that change most, up and down. */
const SHOWN = 5;

/** The genes that a perturbation is predicted to change most, of those that the cells measure. */
export function answerTable(
  { target, change }: Answer,
  { saved: { facts, halfWidths }, cells: { measured } }: {
    saved: Pick<SavedPerturbationModel, "facts" | "halfWidths">;
    cells: Pick<AskedCells, "measured">;
  },
): Table {
  const order = Array.from(measured).sort((a, b) => change[a] - change[b]);
  const shown = order.length > 2 * SHOWN ? [...order.slice(0, SHOWN), ...order.slice(-SHOWN)] : order;
  return {
    title: `${target.name}: the most changed of ${measured.length} genes, log(1 + normalised count)`,
    columns: ["gene", "change", `${100 * facts.level} % interval`],
    rows: shown.map((gene) => [
      facts.genes[gene],
      number(change[gene]),
      range({ low: change[gene] - halfWidths[gene], high: change[gene] + halfWidths[gene] }),
    ]),
  };
}

/** The first losses of a ranking. */
export function rankTable(
  ranked: readonly RankedLoss[],
  { effect, level }: { effect: string; level: number },
): Table {
  return {
    title: `Losses by their predicted effect on ${effect}`,
    columns: ["loss", "effect", `${100 * level} % interval`, "measured"],
    rows: ranked.map(({ gene, effect, lower, upper, measured }) => [
      ...[gene, number(effect), range({ low: lower, high: upper }), number(measured ?? undefined)],
    ]),
  };
}

const callText = (call: ReporterCall | undefined): string =>
  call ? `${number(call.predicted)}${bounds(call)} (${call.rank})` : "-";

const bounds = ({ predicted, half }: ReporterCall): string =>
  half === null ? "" : ` ${range({ low: predicted - half, high: predicted + half })}`;

const range = ({ low, high }: Pick<Interval, "low" | "high">): string => `[${number(low)}, ${number(high)}]`;

const number = (value: number | undefined): string => value === undefined ? "-" : value.toFixed(3);
