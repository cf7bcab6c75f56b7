import { deepStrictEqual as equal, ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type CellSource, memorySource } from "../../lib/data/mod.ts";
import { csrFromDense } from "../../lib/matrix/mod.ts";
import {
  buildVocabulary,
  type GeneVocabulary,
  matchGenes,
  readVocabulary,
  vocabularyText,
} from "../../lib/genes/mod.ts";
import { KcellfmError } from "../../lib/runtime/mod.ts";

const vocabulary: GeneVocabulary = {
  symbols: ["CD3E", "MS4A1", "HLA-DRA", "KRT20", "NKG7"],
  ensembl: ["ENSG00000198851", "ENSG00000156738", "ENSG00000204287", "ENSG00000171431", ""],
  aliases: [["T3E"], ["CD20", "B1"], ["ENSG00000226260"], ["CD20", "K20"], ["GMP-17"]],
};

/** Cells that express every named gene, or those of `expressed`. */
function cellsWith(
  varNames: string[],
  { expressed = varNames.map(() => 1), columns = {} as Record<string, string[]> } = {},
): CellSource {
  const matrix = csrFromDense([...expressed, ...expressed], 2, varNames.length);
  return memorySource({ name: "test.h5ad", matrix, obsNames: ["a", "b"], varNames, var: columns });
}

const says = (words: RegExp) => (error: unknown) =>
  error instanceof KcellfmError && error.tag === "data" && !error.message.includes("\n") &&
  words.test(error.message);

Deno.test("matchGenes knows Ensembl ids, symbols, case, aliases and R's dots", () => {
  const names = ["ENSG00000198851.14", "Ms4a1", "HLA.DRA", "K20", "GMP.17", "nothing"];
  const { tokenOf, report } = matchGenes(cellsWith(names), vocabulary);
  equal(tokenOf, Int32Array.of(0, 1, 2, 3, 4, -1));
  equal(report.how, { ensembl: 1, symbol: 0, case: 1, alias: 1, punctuation: 2 });
  equal([report.known, report.unknown, report.unknownExamples], [5, 1, ["nothing"]]);
  ok(report.summary.startsWith("5 of 6 genes known (1 by ensembl, 1 by case, 1 by alias, 2 by punctuation"));
});

Deno.test("matchGenes leaves an alias of two genes unknown", () => {
  const { tokenOf, report } = matchGenes(cellsWith(["CD20", "CD3E"]), vocabulary);
  equal(tokenOf, Int32Array.of(-1, 0));
  equal(report.ambiguous, 1);
});

Deno.test("matchGenes keeps the better named of two columns of one gene", () => {
  const { tokenOf, report } = matchGenes(cellsWith(["T3E", "CD3E", "CD3E", "B1", "B1"]), vocabulary);
  equal(tokenOf, Int32Array.of(-1, 0, -1, 1, -1));
  equal([report.known, report.duplicates, report.unknown], [2, 3, 0]);
});

Deno.test("matchGenes reads a further Ensembl id of a gene", () => {
  equal(matchGenes(cellsWith(["ENSG00000226260"]), vocabulary).tokenOf, Int32Array.of(2));
});

Deno.test("matchGenes takes names from the column of var that names most genes", () => {
  const columns = {
    feature_name: ["CD3E", "NKG7", "MS4A1"],
    gene_name: ["CD3E", "?", "?"],
    note: ["KRT20", "", ""],
  };
  const { tokenOf, report } = matchGenes(cellsWith(["1", "2", "3"], { columns }), vocabulary);
  equal(tokenOf, Int32Array.of(0, 4, 1));
  equal(report.column, "feature_name");
});

Deno.test("matchGenes fails below its floor, by the genes that are expressed", () => {
  const names = ["CD3E", "a", "b", "c", "d"];
  throws(
    () => matchGenes(cellsWith(names), vocabulary),
    says(/only 20 % of its 5 expressed genes are known, at least 30 %/),
  );
  equal(
    matchGenes(cellsWith(names, { expressed: [1, 1, 0, 0, 0] }), vocabulary).report.expressedKnownFraction,
    0.5,
  );
  equal(matchGenes(cellsWith(names), vocabulary, { floor: 0.1 }).report.known, 1);
  throws(() => matchGenes(cellsWith(["x", "y"]), vocabulary, { floor: 0.01 }), says(/such as x, y/));
});

const HEADER = "entrez\tsymbol\tname\tensembl\tgene_type\taliases\n";
const TABLE = HEADER +
  "1\tB2\tb two\tENSG00000000002|ENSG00000000003\tprotein-coding\tBB|BBB\n" +
  "2\tA1\ta one\tENSG00000000001\tprotein-coding\t\n" +
  "3\tMALAT1\tlong\t\tncRNA\tNEAT2\n" +
  "4\tLINC1\tlong\t\tncRNA\t\n" +
  "5\tTRAC\tconstant\tENSG00000000005\tother\tTRA\n" +
  "6\tTRAJ1\tjoining\t\tother\t\n";

async function withTable(text: string, use: (path: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "genes.tsv.gz");
  Deno.writeFileSync(path, gzipSync(text));
  try {
    await use(path, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("buildVocabulary takes protein-coding genes, receptor constants and the listed ones", () =>
  withTable(TABLE, async (path) => {
    equal((await buildVocabulary(path)).symbols, ["A1", "B2", "MALAT1", "TRAC"]);
    const own = await buildVocabulary(path, { include: ["LINC1"] });
    equal(own.symbols, ["A1", "B2", "LINC1", "TRAC"]);
    equal(own.ensembl, ["ENSG00000000001", "ENSG00000000002", "", "ENSG00000000005"]);
    equal(own.aliases[1], ["BB", "BBB", "ENSG00000000003"]);
  }));

Deno.test("vocabularyText and readVocabulary are inverse, with and without scale", () =>
  withTable(TABLE, async (table, folder) => {
    const path = join(folder, "vocabulary.tsv");
    const plain = await buildVocabulary(table);
    for (const written of [plain, { ...plain, scale: Float32Array.of(1, 2.5, 0.125, 3) }]) {
      await Deno.writeTextFile(path, vocabularyText(written));
      equal(await readVocabulary(path), written);
    }
  }));

Deno.test("readVocabulary and buildVocabulary say which column is missing", () =>
  withTable(HEADER.replace("ensembl", "id"), async (path) => {
    await rejects(async () => await buildVocabulary(path), /has no column "ensembl"/);
    await rejects(async () => await readVocabulary(path), /columns must be symbol, ensembl, aliases/);
  }));
