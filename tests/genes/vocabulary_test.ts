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
  speciesOf,
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
  equal(report.how, { ensembl: 1, symbol: 0, orthologue: 0, case: 1, alias: 1, punctuation: 2 });
  equal([report.known, report.unknown, report.unknownExamples], [5, 1, ["nothing"]]);
  ok(report.summary.startsWith("5 of 6 genes known (1 by ensembl, 1 by case, 1 by alias, 2 by punctuation"));
});

Deno.test("matchGenes leaves an alias of two genes unknown", () => {
  const { tokenOf, report } = matchGenes(cellsWith(["CD20", "CD3E"]), vocabulary);
  equal(tokenOf, Int32Array.of(-1, 0));
  equal(report.ambiguous, 1);
});

Deno.test("matchGenes joins columns that name one gene equally well, and leaves out those that name it worse", () => {
  const { tokenOf, report } = matchGenes(cellsWith(["T3E", "CD3E", "CD3E", "B1", "B1"]), vocabulary);
  equal(tokenOf, Int32Array.of(-1, 0, 0, 1, 1));
  equal([report.known, report.duplicates, report.unknown], [2, 3, 0]);
  ok(report.summary.endsWith("; 2 columns added to another of the same gene"), report.summary);
});

Deno.test("matchGenes never keeps an empty column in place of a full one", () => {
  const { tokenOf } = matchGenes(cellsWith(["T3E", "CD3E", "NKG7"], { expressed: [1, 0, 1] }), vocabulary);
  equal(tokenOf, Int32Array.of(0, -1, 4));
});

Deno.test("matchGenes adds columns that were numbered apart, unless the number belongs to the name", () => {
  equal(
    matchGenes(cellsWith(["CD3E", "CD3E-1", "CD3E.2", "NKG7-1"]), vocabulary).tokenOf,
    Int32Array.of(0, 0, 0, -1),
  );
});

Deno.test("matchGenes takes genome prefixes and joined ids off names, and says so", () => {
  const joined = ["ENSG00000198851.3|CD3E", "MS4A1_ENSG00000156738", "NKG7|4818", "HLA-DRA"];
  const { tokenOf, report } = matchGenes(cellsWith(joined), vocabulary);
  equal(tokenOf, Int32Array.of(0, 1, 4, 2));
  equal(report.notes, ["3 names of two parts were split (such as ENSG00000198851.3|CD3E)."]);
  const barnyard = ["GRCh38_CD3E", "GRCh38_NKG7", "mm10___Cd3e", "mm10___Nkg7"];
  const mixed = matchGenes(cellsWith(barnyard), vocabulary);
  equal([mixed.tokenOf, mixed.foreign], [Int32Array.of(0, 4, -1, -1), Uint8Array.of(0, 0, 1, 1)]);
  ok(mixed.report.notes.includes("The file mixes two species: its 2 mouse genes are left out."));
});

const MOUSE = [
  "Cd3e",
  "Ms4a1",
  "H2-Ea",
  "Krt20",
  "Nkg7",
  "Gm1234",
  "Gm4321",
  "4930444G20Rik",
  "Actb",
  "Trp53",
];

Deno.test("matchGenes reads genes of mouse by their human orthologues, and says so", () => {
  const { tokenOf, report } = matchGenes(cellsWith(MOUSE), vocabulary);
  equal([report.species.species, report.how.orthologue], ["mouse", 4]);
  equal(tokenOf.slice(0, 5), Int32Array.of(0, 1, -1, 3, 4));
  ok(
    /^The genes were read as mouse's, by their human orthologues: 4 names only mouse has/.test(
      report.notes[0],
    ),
  );
  const asked = matchGenes(cellsWith(MOUSE), vocabulary, { species: "human" }).report;
  equal([asked.species.species, asked.how.case, asked.notes], ["human", 4, []]);
});

const ids = (prefix: string) =>
  Array.from({ length: 12 }, (_, i) => `${prefix}${String(i).padStart(11, "0")}`);

Deno.test("speciesOf tells species by ids, by names that only they have, and by letters", () => {
  const species = (...lists: string[][]) => speciesOf(lists).species;
  equal(species(ids("ENSG"), ["CD3E"]), "human");
  for (
    const [prefix, name] of [
      ["ENSMUSG", "mouse"],
      ["ENSRNOG", "rat"],
      ["ENSDARG", "zebrafish"],
      ["ENSMMUG", "macaque"],
      ["ENSSSCG", "pig"],
      ["ENSBTAG", "another"],
    ]
  ) equal(species(ids(prefix)), name);
  equal(species(["Cd3e", "Cd4", "Cd8a", "Nkg7", "Gzmb", "Prf1", "Lck", "Zap70", "Ifng", "Tnf"]), "mouse");
  equal(species(["CD3E", "C1orf162", "MT-CO1", "Cd4", "HLA-A"]), "human");
  equal(species(["cd4-1", "ptprc", "si:ch211-1", "si:dkey-2", "zgc:100"]), "zebrafish");
});

Deno.test("matchGenes refuses a species that the model does not know, in one line", () => {
  throws(
    () => matchGenes(cellsWith(ids("ENSRNOG")), vocabulary),
    says(/its genes are of rat \(12 of 12 ids are of rat \(such as ENSRNOG00000000000\)\).*--species human/),
  );
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
