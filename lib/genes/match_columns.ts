import { MATCH_WAYS, type NameMatch } from "./names.ts";

/**
 * File column -> token or -1. Of the columns that name a gene, those named best share its token; where none of them
 * is expressed, the next best do, so that an empty column never takes the place of a full one.
 */
export function columnsOfGenes(matches: readonly NameMatch[], expressed: Uint8Array): Int32Array {
  const groups = new Map<number, number[]>();
  matches.forEach((match, column) => {
    if (typeof match === "string") return;
    const group = groups.get(match.token);
    if (group) group.push(column);
    else groups.set(match.token, [column]);
  });
  const tokenOf = new Int32Array(matches.length).fill(-1);
  for (const [token, columns] of groups) {
    for (const column of columns.length > 1 ? bestOf(columns, matches, expressed) : columns) {
      tokenOf[column] = token;
    }
  }
  return tokenOf;
}

function bestOf(columns: readonly number[], matches: readonly NameMatch[], expressed: Uint8Array): number[] {
  const byWay = Map.groupBy(columns, (column) => strengthOf(matches[column]));
  const ways = [...byWay].sort((a, b) => a[0] - b[0]).map(([, own]) => own);
  return ways.find((own) => own.some((column) => expressed[column])) ?? ways[0];
}

const strengthOf = (match: NameMatch): number =>
  typeof match === "string" ? Infinity : MATCH_WAYS.indexOf(match.way);
