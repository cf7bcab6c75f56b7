import pl, { type DataFrame } from "nodejs-polars";

/**
 * Scores as a table: a row a method, a column a score under its name for readers, to three decimals; null where a method
 * lacks a score.
 */
export function scoreTable(
  methods: readonly (readonly [string, Readonly<Record<string, number | null | undefined>>])[],
  columns: Readonly<Record<string, string>>,
  { first = "method" }: { first?: string } = {},
): DataFrame {
  const round = (value: number | null | undefined) => value == null ? null : Math.round(value * 1000) / 1000;
  return pl.DataFrame({
    [first]: methods.map(([name]) => name),
    ...Object.fromEntries(
      Object.entries(columns).map(([score, title]) => [title, methods.map(([, of]) => round(of[score]))]),
    ),
  });
}
