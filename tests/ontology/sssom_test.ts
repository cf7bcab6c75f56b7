import assert from "node:assert/strict";
import { loadOntology, mapLabels, sssomTable } from "../../lib/ontology/mod.ts";

const ontology = await loadOntology(null);
const TEXTS = ["B cells", "CD4 T cell", "my cluster 7", "B cells", 'say "T\tcell"'];

Deno.test("mapLabels counts the cells of each label and finds what the ontology knows, commonest first", () => {
  const mapped = mapLabels(TEXTS, ontology);
  assert.deepEqual(
    mapped.map(({ label, cells, found }) => [label, cells, found?.term.id ?? null]),
    [["B cells", 2, "CL:0000236"], ["CD4 T cell", 1, "CL:0000624"], ["my cluster 7", 1, null], [
      'say "T\tcell"',
      1,
      null,
    ]],
  );
});

Deno.test("sssomTable has one row a label, exact only where the ontology says so, and quotes what would break a column", () => {
  const table = sssomTable(mapLabels(TEXTS, ontology), { source: "my cells.h5ad", version: "2026-01-01" });
  const lines = table.trimEnd().split("\n");
  const [names, bCells, cd4, unknown, odd] = lines.filter((line) => !line.startsWith("#"));
  assert.match(table, /^#curie_map:\n# {2}CL: /);
  assert.match(table, /#mapping_set_id: urn:kcellfm:map-labels:my%20cells\.h5ad\n/);
  const field = (row: string, name: string) => row.split("\t")[names.split("\t").indexOf(name)];
  assert.deepEqual(
    [bCells, cd4, unknown].map((row) => [field(row, "predicate_id"), field(row, "object_id")]),
    [["skos:exactMatch", "CL:0000236"], ["skos:closeMatch", "CL:0000624"], [
      "skos:exactMatch",
      "sssom:NoTermFound",
    ]],
  );
  assert.match(odd, /^"say ""T\tcell"""\trdfs literal\t/);
});
