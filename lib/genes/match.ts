import type { CellSource } from "../data/mod.ts";
import { dataError } from "../runtime/mod.ts";
import { MATCH_WAYS, type MatchWay, type NameMatch, nameMatcher } from "./names.ts";
import type { GeneVocabulary } from "./vocabulary.ts";

/** How well a file's genes are known. */
export interface OverlapReport {
  /** Where the gene names were found: "index" or a column of var. */
  readonly column: string;
  /** Genes matched, by the way they were. */
  readonly how: Readonly<Record<MatchWay, number>>;
  /** Columns of the file. */
  readonly genes: number;
  /** Columns that became a token. */
  readonly known: number;
  /** Columns that name no gene of the vocabulary. */
  readonly unknown: number;
  /** Columns whose name is an alias of several genes; they count as unknown. */
  readonly ambiguous: number;
  /** Columns that name a gene which an earlier or better named column has already. */
  readonly duplicates: number;
  /** Columns with a value in the sampled cells, and the share of them that is known. */
  readonly expressed: number;
  readonly expressedKnownFraction: number;
  /** Up to five names that are not known. */
  readonly unknownExamples: readonly string[];
  /** One sentence that says all this. */
  readonly summary: string;
}

export interface MatchOptions {
  /** Share of the expressed genes that must be known. Default 0.3. */
  readonly floor?: number;
  /** Cells to look at for which genes are expressed, spread over the file. Default 1024. */
  readonly sample?: number;
}

/**
 * Finds each column of a file in the vocabulary. Names are taken from var's index or from the column of var (such as
 * gene_name, feature_name, gene_ids) that names most genes. Where two columns name one gene, the better named is
 * kept (an exact symbol before an alias), else the first; the other is left out, so that no gene is counted twice.
 *
 * @returns `tokenOf`, file column -> token or -1, and how well it went.
 * @throws {KcellfmError} tag "data", when less than `floor` of the expressed genes are known.
 */
export function matchGenes(
  source: CellSource,
  vocabulary: GeneVocabulary,
  { floor = 0.3, sample = 1024 }: MatchOptions = {},
): { tokenOf: Int32Array; report: OverlapReport } {
  const matcher = nameMatcher(vocabulary);
  const { column, names, matches } = bestNames(source, matcher);
  const tokenOf = keepOnePerGene(matches);
  const report = describe({ column, names, matches, tokenOf, expressed: expressedColumns(source, sample) });
  if (!(report.expressedKnownFraction >= floor)) throw tooFewKnown(source, { report, floor });
  return { tokenOf, report };
}

interface Named {
  readonly column: string;
  readonly names: readonly string[];
  readonly matches: readonly NameMatch[];
}

const isKnown = (match: NameMatch): match is { token: number; way: MatchWay } => typeof match !== "string";

function bestNames(source: CellSource, matcher: (name: string) => NameMatch): Named {
  const candidates = [{ column: "index", names: source.varNames }, ...namingColumns(source)]
    .map(({ column, names }) => ({ column, names, matches: names.map(matcher) }));
  const score = ({ matches }: Named) => new Set(matches.filter(isKnown).map((match) => match.token)).size;
  return candidates.reduce((best, next) => score(next) > score(best) ? next : best);
}

/** Text columns of var that by their name may hold gene names. */
function namingColumns({ var: frame }: CellSource): { column: string; names: string[] }[] {
  return frame.columns
    .filter((column) => /gene|feature|symbol|ensembl|name|^ids?$/i.test(column))
    .map((column) => ({ column, values: frame.values(column) }))
    .filter(({ values }) => values.some((value) => typeof value === "string"))
    .map(({ column, values }) => ({
      column,
      names: values.map((value) => typeof value === "string" ? value : ""),
    }));
}

function keepOnePerGene(matches: readonly NameMatch[]): Int32Array {
  const strength = (way: MatchWay) => MATCH_WAYS.indexOf(way);
  const best = new Map<number, { column: number; way: MatchWay }>();
  matches.forEach((match, column) => {
    if (!isKnown(match)) return;
    const rival = best.get(match.token);
    if (!rival || strength(match.way) < strength(rival.way)) {
      best.set(match.token, { column, way: match.way });
    }
  });
  const tokenOf = new Int32Array(matches.length).fill(-1);
  for (const [token, { column }] of best) tokenOf[column] = token;
  return tokenOf;
}

/** 1 for each column with a non-zero value in the sampled cells. */
function expressedColumns(source: CellSource, sample: number): Uint8Array {
  const seen = new Uint8Array(source.nVars);
  const block = Math.min(128, source.nObs);
  const blocks = Math.max(1, Math.min(Math.ceil(sample / block), Math.floor(source.nObs / block)));
  for (let b = 0; b < blocks; b++) {
    const start = blocks === 1 ? 0 : Math.floor(b * (source.nObs - block) / (blocks - 1));
    const { indices, data } = source.rows(start, start + block);
    for (let k = 0; k < indices.length; k++) if (data[k] !== 0) seen[indices[k]] = 1;
  }
  return seen;
}

function describe(
  { column, names, matches, tokenOf, expressed }: Named & { tokenOf: Int32Array; expressed: Uint8Array },
): OverlapReport {
  const how = { ensembl: 0, symbol: 0, case: 0, alias: 0, punctuation: 0 };
  let [known, ambiguous, expressedCount, expressedKnown] = [0, 0, 0, 0];
  matches.forEach((match, i) => {
    if (isKnown(match) && tokenOf[i] >= 0) how[match.way]++, known++;
    if (match === "ambiguous") ambiguous++;
    expressedCount += expressed[i];
    if (isKnown(match)) expressedKnown += expressed[i];
  });
  const named = matches.filter(isKnown).length;
  const expressedKnownFraction = expressedCount === 0 ? 0 : expressedKnown / expressedCount;
  return {
    column,
    how,
    genes: matches.length,
    known,
    unknown: matches.length - named,
    ambiguous,
    duplicates: named - known,
    expressed: expressedCount,
    expressedKnownFraction,
    unknownExamples: names.filter((_, i) => !isKnown(matches[i])).slice(0, 5),
    summary: `${known} of ${matches.length} genes known (${waysOf(how)}; names from ${column}), ` +
      `${percent(expressedKnownFraction)} of the ${expressedCount} expressed`,
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

const waysOf = (how: OverlapReport["how"]): string =>
  MATCH_WAYS.filter((way) => how[way] > 0).map((way) => `${how[way]} by ${way}`).join(", ") || "none";

function tooFewKnown(source: CellSource, { report, floor }: { report: OverlapReport; floor: number }) {
  const examples = report.unknownExamples.length ? ` (such as ${report.unknownExamples.join(", ")})` : "";
  return dataError(
    `Cannot use ${source.name}: only ${
      percent(report.expressedKnownFraction)
    } of its ${report.expressed} expressed ` +
      `genes are known, at least ${
        percent(floor)
      } are needed; gene names must be human symbols or Ensembl ids, ` +
      `in var's index or a column such as gene_name${examples}`,
  );
}
