import { readTextFile } from "../data/mod.ts";
import { dataError, fileError, join, ROOT } from "../runtime/mod.ts";
import { splitList } from "./vocabulary.ts";

/** Markers by their folded name: the genes that can stand for each, best first; none for a column that is no marker. */
export type MarkerTable = ReadonlyMap<string, readonly string[]>;

/** Path of the shipped table. */
export const MARKERS_PATH = join(ROOT, "lib/genes/markers.tsv");

const COLUMNS = ["marker", "genes"];

/**
 * The shipped table of antibody markers, with the lines of the user's own in front. Both are tab-separated with the
 * columns marker (other names split by `|`) and genes (likewise; "-" for a column that is no marker); `#` starts a comment.
 *
 * @throws {KcellfmError} tag "file", when a table cannot be read or a line lacks a column.
 */
export function readMarkerTable(own?: string): MarkerTable {
  const tables = [MARKERS_PATH, ...(own === undefined ? [] : [own])].map(readOne);
  return new Map(tables.flat());
}

function readOne(path: string): [string, string[]][] {
  const lines = readTextFile(path).split(/\r?\n/);
  return lines.flatMap((line, i) => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    const [marker, genes] = line.split("\t").map((field) => field.trim());
    if (marker === COLUMNS[0] && genes === COLUMNS[1]) return [];
    if (!marker || !genes) {
      throw fileError(
        `Cannot read the marker table ${path}: line ${
          i + 1
        } must have a marker and its genes, split by a tab`,
      );
    }
    const list = genes === "-" ? [] : splitList(genes);
    return splitList(marker).map((name): [string, string[]] => [foldMarker(name), list]);
  });
}

/** A marker's name without case, spaces and punctuation: "PD-L1", "PD.L1" and "pdl1" are one. */
export const foldMarker = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}+]/gu, "");

/** True for columns that the table knows to be no markers (areas, codes). */
export const isNoMarker = (name: string, table: MarkerTable): boolean =>
  table.get(foldMarker(name))?.length === 0;

/**
 * A gene for every marker, no gene twice: the first free one of the table's, else the gene of that very symbol.
 * Aliases are not looked up, for they mislead among antibodies (SMA is an alias of SMN1, PERK of EIF2AK3).
 *
 * @param genes symbols that the model knows
 * @param optional keep the name of a marker without a gene, which the model then leaves out; for thousands of genes
 * @returns a symbol a marker, in their order
 * @throws {KcellfmError} tag "data", naming the markers that have no gene and what to do.
 */
export function genesOfMarkers(
  markers: readonly string[],
  { table, genes, where, optional = false }: {
    table: MarkerTable;
    genes: Iterable<string>;
    where: string;
    optional?: boolean;
  },
): string[] {
  const known = new Map(Array.from(genes, (symbol) => [foldMarker(symbol), symbol]));
  const candidates = markers.map((marker) =>
    (table.get(foldMarker(marker)) ?? [marker]).flatMap((gene) => known.get(foldMarker(gene)) ?? [])
  );
  const found = markers.map(() => "");
  const taken = new Set<string>();
  // those with least choice first, so that CD45RA does not take the gene that is CD45's only one
  for (const at of [...markers.keys()].sort((a, b) => candidates[a].length - candidates[b].length)) {
    found[at] = candidates[at].find((gene) => !taken.has(gene)) ?? "";
    taken.add(found[at]);
  }
  const unknown = markers.filter((_, at) => found[at] === "");
  if (optional) return found.map((gene, at) => gene || markers[at]);
  if (unknown.length === 0) return found;
  const names = unknown.slice(0, 8).map((name) => `"${name}"`).join(", ");
  const more = unknown.length > 8 ? ` and ${unknown.length - 8} more` : "";
  throw dataError(
    `Cannot use ${where}: no gene is known for ${names}${more}; give a table with --markers FILE, a line each: the ` +
      `column's name, a tab, the gene ("-" where it is no marker)`,
  );
}
