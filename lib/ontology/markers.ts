import { dataError, join, readText, ROOT } from "../runtime/mod.ts";

/** A gene that speaks for a type. */
export interface TermMarker {
  /** Official human symbol. */
  readonly gene: string;
  /** Above 0; larger where more sources name the gene. */
  readonly weight: number;
}

/** The marker genes of each term, by Cell Ontology id. */
export type TermMarkers = ReadonlyMap<string, readonly TermMarker[]>;

/** Path of the embedded table; its head names the sources and their licences. */
export const TERM_MARKERS_PATH = join(ROOT, "lib/ontology/markers.tsv");

/** The embedded table: 1,123 terms. */
export const readTermMarkers = (): TermMarkers =>
  parseTermMarkers(readText(TERM_MARKERS_PATH), "ontology/markers.tsv");

/**
 * Reads `id <tab> gene:weight:sources|gene:weight:sources...` after "#" comments and a line of column names.
 *
 * @throws {KcellfmError} tag "data", for a line without genes or a weight that is no positive number.
 */
export function parseTermMarkers(text: string, source: string): TermMarkers {
  const lines = text.split("\n").map((line, i) => ({ line, where: `${source}: line ${i + 1}` }));
  const rows = lines.filter(({ line }) => line !== "" && !line.startsWith("#")).slice(1);
  return new Map(rows.map(({ line, where }) => readLine(line, where)));
}

function readLine(line: string, where: string): [string, TermMarker[]] {
  const [id, list] = line.split("\t");
  const markers = (list ?? "").split("|").map((item) => {
    const [gene, weight] = item.split(":");
    return { gene, weight: Number(weight) };
  });
  if (markers.every(({ gene, weight }) => gene !== "" && weight > 0)) return [id, markers];
  throw dataError(`Cannot read ${where}: expected an id, a tab and gene:weight:sources, found "${line}"`);
}
