import assert from "node:assert/strict";
import { readGeneTable, readOriginalVocabulary } from "../../lib/genes/mod.ts";
import { inMirror, onRealData } from "../mirror.ts";

const TABLE = [
  { symbol: "CD3D", ids: ["ENSG00000167286"], type: "protein-coding", aliases: ["T3D"] },
  {
    symbol: "SEPTIN7",
    ids: ["ENSG00000122545", "ENSG2"],
    type: "protein-coding",
    aliases: ["SEPT7", "CDC10"],
  },
  { symbol: "NEW1", ids: ["ENSG1"], type: "protein-coding", aliases: ["CD3D"] },
];

async function read(ids: Record<string, number>) {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, JSON.stringify(ids));
  try {
    return readOriginalVocabulary(path, { table: TABLE });
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("readOriginalVocabulary keeps token ids and finds today's names of its genes", async () => {
  const ids = { "<cls>": 4, "SEPT7": 1, "<pad>": 3, "CD3D": 0, "ENSG00000231535": 2, "<eoc>": 5 };
  assert.deepEqual(await read(ids), {
    symbols: ["CD3D", "SEPT7", "ENSG00000231535"],
    ensembl: ["ENSG00000167286", "ENSG00000122545", "ENSG00000231535"],
    aliases: [["T3D"], ["SEPT7", "CDC10", "ENSG2", "SEPTIN7"], []],
  });
});

Deno.test("readOriginalVocabulary refuses gaps, repeated ids and other special tokens", async () => {
  await assert.rejects(read({ A: 0, "<pad>": 2, "<cls>": 3, "<eoc>": 4 }), /without gaps/);
  await assert.rejects(read({ A: 0, B: 0, "<pad>": 1, "<cls>": 2, "<eoc>": 3 }), /without gaps/);
  await assert.rejects(read({ A: 0, "<pad>": 2, "<cls>": 1, "<eoc>": 3 }), /<pad>, <cls>, <eoc>/);
  await assert.rejects(read({ A: -1 }), /no table of symbols/);
});

onRealData("readOriginalVocabulary reads the published vocabulary with its own ids", () => {
  const path = inMirror("genes/kcellfm_gene_vocab_60697.json.gz");
  const table = readGeneTable(inMirror("genes/human_genes_org.Hs.eg.db_3.16.tsv.gz"));
  const plain = readOriginalVocabulary(path);
  const { symbols, ensembl } = readOriginalVocabulary(path, { table });
  assert.deepEqual(symbols, plain.symbols);
  assert.equal(symbols.length, 60_694); // <pad>, <cls> and <eoc> are 60694, 60695 and 60696 as in the original
  // ids that the original's script prints in a comment: '<cls>' 60695, 'SKI' 31254, 'CAMTA1' 3896, 'H6PD' 10778
  assert.deepEqual(["SKI", "CAMTA1", "H6PD"].map((gene) => symbols.indexOf(gene)), [31254, 3896, 10778]);
  assert.ok(ensembl.filter((id) => id !== "").length > 25_000);
});
