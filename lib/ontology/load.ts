import { basename, fileError, host, messageOf } from "../runtime/mod.ts";
import { parseObo } from "./obo.ts";
import { readSlimTable } from "./slim/read.ts";
import type { Ontology } from "./types.ts";

/**
 * Loads the Cell Ontology from an .obo or .obo.gz file (told apart by content), or from the embedded slim table
 * when `path` is null.
 *
 * @throws {KcellfmError} tag "file" or "data", as {@linkcode parseObo}, or when the file cannot be read.
 */
export async function loadOntology(path: string | null): Promise<Ontology> {
  if (path === null) return readSlimTable();
  return parseObo(await readText(path), { source: basename(path) });
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = host.files.read(path);
    const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return gzipped ? await gunzip(bytes) : new TextDecoder().decode(bytes);
  } catch (error) {
    throw fileError(`Cannot read the ontology ${path}: ${messageOf(error)}`, error);
  }
}

function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}
