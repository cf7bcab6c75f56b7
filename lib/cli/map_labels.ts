import { openCells } from "../data/mod.ts";
import { loadOntology, mapLabels, type MappedLabel, readLabelTexts, sssomTable } from "../ontology/mod.ts";
import { writeFileAtomically } from "../runtime/mod.ts";
import { createCommand } from "./flags.ts";
import { runCommand } from "./run.ts";
import { terminalTable } from "./table.ts";

/** `deno task map-labels FILE`: the terms that free-text labels mean, without any model. */
export const command = createCommand(
  "map-labels",
  "Maps the free-text labels of a file to Cell Ontology terms, without any model.",
  { out: "also write the mapping as SSSOM (.sssom.tsv)" },
)
  .argument("<file>", "cells in any form that annotate reads")
  .option("--label-key <column>", "obs column with the labels", "cell_type")
  .option("--ontology <file>", "an .obo or .obo.gz release (default: the one built in)")
  .action(async (file, { labelKey, ontology: path, out }) => {
    const ontology = await loadOntology(path ?? null);
    const source = await openCells(file);
    try {
      const texts = readLabelTexts(source, labelKey).filter((text) => text !== null);
      const labels = mapLabels(texts, ontology);
      if (out) {
        await writeFileAtomically(
          out,
          sssomTable(labels, { source: source.name, version: ontology.version }),
        );
      }
      console.log(tableOf(labels, texts.length) + (out ? `\nWritten: ${out}` : ""));
    } finally {
      source.close();
    }
  });

function tableOf(labels: readonly MappedLabel[], cells: number): string {
  const known = labels.filter(({ found }) => found);
  const named = known.reduce((sum, label) => sum + label.cells, 0);
  const rows = labels.map(({ label, cells, found }) => [
    label,
    `${cells}`,
    found?.term.id ?? "-",
    found?.term.name ?? "-",
    found?.how ?? "no term",
  ]);
  return terminalTable({
    title: `${known.length} of ${labels.length} labels have a term, ${named} of ${cells} labelled cells`,
    columns: ["label", "cells", "id", "term", "matched by"],
    rows,
  });
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
