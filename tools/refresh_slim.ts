/**
 * Brings the embedded table up to date with a release: `deno run -A tools/refresh_slim.ts cl-simple.obo.gz`.
 * Ids and markers stay as they are written; names, relations and synonyms come from the release.
 */
import { loadOntology, restrictTerms } from "../lib/ontology/mod.ts";
import { formatSlimTable, parseSlimTable, SLIM_PATH } from "../lib/ontology/slim/mod.ts";
import { readText, usageError, writeFileAtomically } from "../lib/runtime/mod.ts";

const [path] = Deno.args;
if (path === undefined) throw usageError("Cannot refresh the slim table: name a release (.obo or .obo.gz)");
const release = await loadOntology(path);
const { terms } = parseSlimTable(readText(SLIM_PATH), SLIM_PATH);
const markers = new Map(terms.map((term) => [term.id, term.markers]));
const fresh = restrictTerms(release, new Set(markers.keys()));
await writeFileAtomically(
  SLIM_PATH,
  formatSlimTable({
    version: release.version,
    terms: fresh.map((term) => ({ ...term, markers: markers.get(term.id) })),
  }),
);
console.log(`${fresh.length} terms of ${release.source} written to ${SLIM_PATH}`);
