import assert from "node:assert/strict";
import { annotate, annotationSchema } from "lib/annotate/mod.ts";
import { loadOntology } from "lib/ontology/mod.ts";
import { startBackend } from "lib/runtime/mod.ts";
import { linearEmbedder, withPair } from "./fixture.ts";

await startBackend();
const ontology = await loadOntology(null);

Deno.test("annotationSchema has every cell in one annotation, with its term and genes of the file as evidence", () =>
  withPair(async ({ query, reference, genes }) => {
    const embedder = linearEmbedder(genes, { types: [] });
    const request = { input: query, reference: { path: reference, labelKey: "cell_type" } };
    const answer = await annotate(request, { embedder, ontology, seed: 42 });
    const { labelsets, annotations } = annotationSchema(answer, { kcellfm: "1.2.3" });
    assert.deepEqual(annotations.flatMap(({ cell_ids }) => cell_ids).sort(), [...answer.obsNames].sort());
    assert.deepEqual(
      labelsets.map(({ name, automated_annotation }) => [name, automated_annotation.algorithm_version]),
      [["kcellfm_cell_type", "1.2.3"]],
    );
    for (const { labelset, cell_label, cell_ontology_term_id, marker_gene_evidence } of annotations) {
      assert.equal(labelset, "kcellfm_cell_type");
      assert.equal(ontology.terms.get(cell_ontology_term_id ?? "")?.name, cell_label);
      assert.deepEqual(marker_gene_evidence.filter((gene) => !genes.includes(gene)), []);
    }
    assert.ok(annotations.some(({ marker_gene_evidence }) => marker_gene_evidence.length > 0));
    assert.match(
      annotations[0].rationale,
      /^\d+ cells learned from reference\.h5ad; mean probability [01]\.\d\d/,
    );
  }, { cells: 150, genes: 150 }));
