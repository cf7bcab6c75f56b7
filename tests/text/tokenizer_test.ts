import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { loadOntology } from "../../lib/ontology/mod.ts";
import {
  createTokenizer,
  learnVocabulary,
  loadTokenizer,
  padTokens,
  type TextTokenizer,
  wordPieceJson,
} from "../../lib/text/mod.ts";
import { inMirror, onRealData } from "../mirror.ts";

const goldens = JSON.parse(
  Deno.readTextFileSync(join(import.meta.dirname!, "../fixtures/text/tokenizer_goldens.json")),
) as {
  birth: { tokenizers: string };
  golden: { text: string; ids: number[]; tokens: string[] }[];
  release: {
    names: number;
    definitions: number;
    sha256_of_ids: string;
    sha256_of_definitions: string;
    sha256_of_cut: string;
  };
};

Deno.test("learnVocabulary joins the most frequent pieces first", () => {
  const vocabulary = learnVocabulary(["aaab aaab aaab ab"], { size: 100, minCount: 2 });
  // pairs: (##a, ##a) and (a, ##a) and (##a, ##b) all occur 3 times; "##a ##a" sorts first
  assert.deepEqual(vocabulary, [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "##a",
    "##b",
    "a",
    "##aa",
    "##aab",
    "aaab",
  ]);
});

Deno.test("learnVocabulary stops at its size and gives the same pieces whatever the order of texts", () => {
  const texts = ["naive T cell", "memory T cell", "helper T cell of the lung", "lung ciliated cell"];
  const vocabulary = learnVocabulary(texts, { size: 35 });
  assert.equal(vocabulary.length, 35);
  assert.deepEqual(learnVocabulary([...texts].reverse(), { size: 35 }), vocabulary);
});

Deno.test("createTokenizer spells unknown words in known pieces and keeps [SEP] when it cuts", () => {
  const texts = ["regulatory T cell", "helper T cell", "regulatory B cell", "T cells"];
  const tokenizer = createTokenizer(wordPieceJson(learnVocabulary(texts, { size: 60 })));
  assert.deepEqual(tokenizer.tokens("Helper tor"), [
    "[CLS]",
    "h",
    "##el",
    "##p",
    "##e",
    "##r",
    "t",
    "##o",
    "##r",
    "[SEP]",
  ]);
  const ids = tokenizer.encode("regulatory T cell of something", 5);
  assert.equal(ids.length, 5);
  assert.deepEqual([ids[0], ids[4]], [2, 3]);
});

Deno.test("padTokens pads to the longest row with zeros", () => {
  const batch = padTokens([[2, 7, 3], [2, 3]]);
  assert.deepEqual([...batch.ids], [2, 7, 3, 2, 3, 0]);
  assert.deepEqual([...batch.lengths], [3, 2]);
});

const version = goldens.birth.tokenizers;

onRealData(`PubMedBERT tokenizer equals tokenizers ${version} token for token`, () => {
  const tokenizer = loadTokenizer(inMirror("text/pubmedbert_tokenizer.json"));
  for (const { text, ids, tokens } of goldens.golden) {
    assert.deepEqual({ text, ids: tokenizer.encode(text, 1e9) }, { text, ids });
    assert.deepEqual(tokenizer.tokens(text), tokens);
  }
});

onRealData(
  `PubMedBERT tokenizer equals tokenizers ${version} on every name and definition of a release`,
  async () => {
    const tokenizer = loadTokenizer(inMirror("text/pubmedbert_tokenizer.json"));
    const { terms } = await loadOntology(inMirror("ontology/cl-simple-2026-03-26.obo.gz"));
    const names = [...terms.values()].map(({ name }) => name);
    const definitions = [...terms.values()].flatMap(({ definition }) => definition ?? []);
    const { release } = goldens;
    assert.deepEqual([names.length, definitions.length], [release.names, release.definitions]);
    const digest = (texts: readonly string[], { encode }: TextTokenizer, length: number) =>
      createHash("sha256").update(texts.map((text) => encode(text, length).join(" ")).join("\n")).digest(
        "hex",
      );
    assert.equal(digest(names, tokenizer, 1e9), release.sha256_of_ids);
    assert.equal(digest(definitions, tokenizer, 1e9), release.sha256_of_definitions);
    const plain = loadTokenizer(inMirror("text/pubmedbert_vocab.txt"));
    assert.equal(
      digest([...names, ...definitions], plain, 25),
      release.sha256_of_cut,
      "vocab.txt, 25 tokens",
    );
  },
);
