import type { CellSource } from "../data/mod.ts";
import { dataError } from "../runtime/mod.ts";
import { bareNames } from "./decorations.ts";
import { columnsOfGenes } from "./match_columns.ts";
import { isEnsemblId, MATCH_WAYS, type MatchWay, type NameMatch, nameMatcher } from "./names.ts";
import { humanOrthologues } from "./mouse.ts";
import { type FoundSpecies, READABLE_SPECIES, type ReadableSpecies, speciesOf } from "./species.ts";
import type { GeneVocabulary } from "./vocabulary.ts";

/** Summary of the matching of a file's genes to the vocabulary. */
export interface OverlapReport {
  /** Source of the gene names: "index" or a column of var. */
  readonly column: string;
  /** Genes matched, by the way they were. */
  readonly how: Readonly<Record<MatchWay, number>>;
  /** Columns of the file. */
  readonly genes: number;
  /** Genes of the vocabulary that the file has. */
  readonly known: number;
  /** Columns that name no gene of the vocabulary. */
  readonly unknown: number;
  /** Columns whose name is an alias of several genes; they count as unknown. */
  readonly ambiguous: number;
  /** Columns that name a gene which another column names too: added to it, or left out where they are named worse. */
  readonly duplicates: number;
  /** Species that the genes were read as. */
  readonly species: FoundSpecies;
  /** Warnings and remarks on the reading of names, as sentences. */
  readonly notes: readonly string[];
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
  /** Species of the genes; default: detected from ids and case. */
  readonly species?: ReadableSpecies;
}

/**
 * Finds each column of a file in the vocabulary. Names are taken from var's index or from the column of var (such as
 * gene_name, feature_name, gene_ids) that names most genes; genome prefixes and joined ids are taken off, and genes of
 * mouse become their human orthologues. Columns that name one gene equally well share its token, so that their counts
 * are added; a worse named one (an alias beside the symbol) counts only where the better one is empty.
 *
 * @returns `tokenOf`, file column -> token or -1, and how well it went; `foreign`, 1 for genes of a second species.
 * @throws {KcellfmError} tag "data", when less than `floor` of the expressed genes are known, or the genes are of a
 * species that the model does not know.
 */
export function matchGenes(
  source: CellSource,
  vocabulary: GeneVocabulary,
  { floor = 0.3, sample = 1024, species }: MatchOptions = {},
): { tokenOf: Int32Array; foreign: Uint8Array; report: OverlapReport } {
  const lists = namesOf(source);
  const found = species ? { species, evidence: "as asked" } : speciesOf(lists.map(({ bare }) => bare));
  const named = bestNames(lists, matcherFor(vocabulary, requireReadable(source, found)));
  const expressed = expressedColumns(source, sample);
  const tokenOf = columnsOfGenes(named.matches, expressed);
  const report = describe({ ...named, tokenOf, expressed, species: found });
  if (!(report.expressedKnownFraction >= floor)) throw tooFewKnown(source, { report, floor });
  return { tokenOf, foreign: named.foreign, report };
}

/** One way that a file names its genes. */
interface NameList {
  readonly column: string;
  readonly names: readonly string[];
  /** Without decorations, the most telling part of each. */
  readonly bare: readonly string[];
  readonly candidates: readonly (readonly string[])[];
  readonly foreign: Uint8Array;
  readonly notes: readonly string[];
}

interface Named extends NameList {
  readonly matches: readonly NameMatch[];
}

/** The index of var, and text columns that by their name may hold gene names. */
function namesOf({ varNames, var: frame }: CellSource): NameList[] {
  const columns = frame.columns
    .filter((column) => /gene|feature|symbol|ensembl|name|^ids?$/i.test(column))
    .map((column) => ({ column, values: frame.values(column) }))
    .filter(({ values }) => values.some((value) => typeof value === "string"))
    .map(({ column, values }) => ({
      column,
      names: values.map((value) => typeof value === "string" ? value : ""),
    }));
  return [{ column: "index", names: varNames }, ...columns].map((list) => {
    const own = bareNames(list.names);
    const bare = own.candidates.filter((_, i) => !own.foreign[i]).map((parts) => parts.at(-1) ?? "");
    return { ...list, ...own, bare };
  });
}

function requireReadable(source: CellSource, { species, evidence }: FoundSpecies): ReadableSpecies {
  const readable = READABLE_SPECIES.find((name) => name === species);
  if (readable) return readable;
  throw dataError(
    `Cannot use ${source.name}: its genes are of ${
      species === "another" ? "a species that is not known" : species
    } ` +
      `(${evidence}); the model knows human genes and those of mouse; give human orthologues, or say --species human ` +
      `to take the names as they are`,
  );
}

type Matcher = (candidates: readonly string[]) => NameMatch;

/** Looks names up; of several candidates the first that is known counts. */
function matcherFor(vocabulary: GeneVocabulary, species: ReadableSpecies): Matcher {
  const match = nameMatcher(vocabulary);
  const human = species === "mouse" ? humanOrthologues() : null;
  const one = (name: string): NameMatch => {
    if (!human || isEnsemblId(name)) return match(name);
    const found = match(human(name));
    return typeof found === "string" || found.way !== "symbol" ? found : { ...found, way: "orthologue" };
  };
  return (candidates) => candidates.map(one).find(isKnown) ?? one(candidates[0]);
}

const isKnown = (match: NameMatch): match is { token: number; way: MatchWay } => typeof match !== "string";

function bestNames(lists: readonly NameList[], matcher: Matcher): Named {
  const all = lists.map((list) => ({ ...list, matches: withoutSuffixes(list, matcher) }));
  const score = ({ matches }: Named) => new Set(matches.filter(isKnown).map((match) => match.token)).size;
  return all.reduce((best, next) => score(next) > score(best) ? next : best);
}

/** The numbers by which pandas, scanpy and R tell two columns of one name apart: TBCE-1, TBCE.1. */
const SUFFIX = /[-.]\d$/;

function withoutSuffixes({ candidates, foreign }: NameList, matcher: Matcher): NameMatch[] {
  const firsts = new Set(candidates.map(([first]) => first));
  return candidates.map((parts, i) => {
    if (foreign[i]) return "unknown";
    const match = matcher(parts);
    const base = parts[0].replace(SUFFIX, "");
    return isKnown(match) || base === parts[0] || !firsts.has(base) ? match : matcher([base]);
  });
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

interface Matched extends Named {
  readonly tokenOf: Int32Array;
  readonly expressed: Uint8Array;
  readonly species: FoundSpecies;
}

function describe({ column, names, matches, tokenOf, expressed, species, notes }: Matched): OverlapReport {
  const how = { ensembl: 0, symbol: 0, orthologue: 0, case: 0, alias: 0, punctuation: 0 };
  const taken = new Set<number>();
  let [ambiguous, expressedCount, expressedKnown] = [0, 0, 0];
  matches.forEach((match, i) => {
    if (isKnown(match) && tokenOf[i] >= 0 && !taken.has(match.token)) how[match.way]++;
    if (tokenOf[i] >= 0) taken.add(tokenOf[i]);
    if (match === "ambiguous") ambiguous++;
    expressedCount += expressed[i];
    if (isKnown(match)) expressedKnown += expressed[i];
  });
  const named = matches.filter(isKnown).length;
  const [known, duplicates] = [taken.size, named - taken.size];
  const added = tokenOf.filter((token) => token >= 0).length - known;
  const expressedKnownFraction = expressedCount === 0 ? 0 : expressedKnown / expressedCount;
  return {
    column,
    how,
    genes: matches.length,
    known,
    unknown: matches.length - named,
    ambiguous,
    duplicates,
    species,
    notes: [...notes, ...speciesNote(species)],
    expressed: expressedCount,
    expressedKnownFraction,
    unknownExamples: names.filter((_, i) => !isKnown(matches[i])).slice(0, 5),
    summary: `${known} of ${matches.length} genes known (${waysOf(how)}; names from ${column}), ` +
      `${percent(expressedKnownFraction)} of the ${expressedCount} expressed` +
      (added > 0 ? `; ${added} columns added to another of the same gene` : ""),
  };
}

const speciesNote = ({ species, evidence }: FoundSpecies): string[] =>
  species === "mouse"
    ? [
      `The genes were read as mouse's, by their human orthologues: ${evidence}. If they are human, say --species human.`,
    ]
    : [];

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
      } are needed; gene names must be human symbols or Ensembl ids (of mouse: symbols), ` +
      `in var's index or a column such as gene_name${examples}`,
  );
}
