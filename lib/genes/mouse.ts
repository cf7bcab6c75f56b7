import { readTsv } from "../data/mod.ts";
import { join, ROOT } from "../runtime/mod.ts";

/** Path of the shipped exceptions: mouse symbol, human symbol (empty if there is no orthologue). */
export const MOUSE_EXCEPTIONS_PATH = join(ROOT, "lib/genes/mouse_exceptions.tsv");

/**
 * A function from mouse symbols to symbols of their human orthologues: the exception's where there is one, else the
 * same in upper case. A gene without an orthologue becomes "".
 */
export function humanOrthologues(path: string = MOUSE_EXCEPTIONS_PATH): (mouse: string) => string {
  const exceptions = new Map(readTsv(path).slice(1).map(([mouse, human]) => [mouse, human ?? ""]));
  return (mouse) => exceptions.get(mouse) ?? mouse.toUpperCase();
}
