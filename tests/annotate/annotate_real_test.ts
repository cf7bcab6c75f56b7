import assert from "node:assert/strict";
import { openCells } from "../../lib/data/mod.ts";
import { loadOntology } from "../../lib/ontology/mod.ts";
import { startBackend } from "../../lib/runtime/mod.ts";
import { annotate } from "../../lib/annotate/annotate.ts";
import { readLabels } from "../../lib/ontology/cell_labels.ts";
import { linearEmbedder } from "./fixture.ts";
import { inMirror, onRealData } from "../mirror.ts";

const cells = (name: string) => inMirror(`cells/${name}.h5ad`);

onRealData(
  "annotate reads raw of pbmc68k_reduced, whose X is scaled, and maps its free-text labels to terms",
  async () => {
    await startBackend();
    const ontology = await loadOntology(null);
    const source = await openCells(cells("pbmc68k_reduced"));
    const labels = readLabels(source, "bulk_labels", ontology);
    const ids = new Map(labels.map((type) => [type?.name, type?.id]));
    assert.equal(ids.get("CD14+ Monocyte"), "CL:0001054");
    assert.equal(ids.get("Dendritic"), "CL:0000451");
    const context = { embedder: linearEmbedder(source.varNames), ontology, seed: 1 };
    source.close();
    const { input } = await annotate({ input: cells("pbmc68k_reduced") }, context);
    assert.equal(input.values.kind, "log1p");
    assert.match(input.values.evidence, /X is scaled, so raw was read/);
  },
);

onRealData(
  "annotate by pancreas_5tech names its own cells, knows them, and rolls none of them far up",
  async () => {
    await startBackend();
    const ontology = await loadOntology(null);
    const path = cells("pancreas_5tech");
    const source = await openCells(path);
    const context = { embedder: linearEmbedder(source.varNames.slice(0, 700)), ontology, seed: 1 };
    source.close();
    const reference = { path, labelKey: "cell_type" };
    const { evaluation, reference: learned } = await annotate({ input: path, reference }, context);
    assert.ok(evaluation && learned);
    // Held-out cells of the five studies are named right in nine of ten; its own cells, four fifths of them learned, in more.
    assert.ok(learned.heldOut.accuracy > 0.85, `${learned.heldOut.accuracy}`);
    assert.ok(evaluation.metrics.hierarchical_accuracy > 0.85, JSON.stringify(evaluation.metrics));
    assert.ok(evaluation.metrics.unknown < 0.2);
  },
);

onRealData(
  "readLabels takes the ids that stand beside cell_type, and keeps a label that no term has",
  async () => {
    const ontology = await loadOntology(null);
    const source = await openCells(cells("kang_ifnb_832"));
    const byColumn = readLabels(source, "cell_type", ontology);
    assert.deepEqual(byColumn[0], { name: "CD14-positive monocyte", id: "CL:0001054" });
    const stim = readLabels(source, "stim", ontology);
    assert.deepEqual([...new Set(stim.map((type) => type?.id))], [""]);
    source.close();
  },
);
