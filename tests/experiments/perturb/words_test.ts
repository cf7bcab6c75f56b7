import assert from "node:assert/strict";
import { isControl, readPerturbed, type WordRules } from "../../../lib/experiments/perturb/mod.ts";

const GENES = new Set(["STAT1", "IRF1", "JAK2", "HLA-A", "NTS", "STAT5A"]);
const rules: WordRules = { isGene: (word) => GENES.has(word) };
const read = (text: string, count?: number) => readPerturbed(text, rules, count)?.genes ?? null;

Deno.test("readPerturbed reads the same from all forms of screens", () => {
  const forms: Record<string, readonly string[]> = {
    STAT1: [
      "STAT1",
      "STAT1+ctrl",
      "ctrl+STAT1",
      "STAT1_ctrl",
      "ctrl_STAT1",
      "sgSTAT1",
      "STAT1g2",
      "STAT1_g2",
    ],
    "STAT1 by guide": [
      "STAT1-1",
      "STAT1_sg3",
      "STAT1.2",
      "sgSTAT1-2",
      "STAT1 ",
      "STAT1g1,STAT1g2",
      "STAT1_1",
    ],
    "IRF1+STAT1": [
      "STAT1+IRF1",
      "IRF1_STAT1",
      "STAT1;IRF1",
      "STAT1|IRF1",
      "STAT1g1,IRF1g3",
      "sgIRF1_sgSTAT1",
    ],
    "": [
      "ctrl",
      "control",
      "NT",
      "NTC",
      "non-targeting",
      "nontargeting",
      "NTg4",
      "NegCtrl10_NegCtrl0",
      "ctrl+ctrl",
    ],
    "HLA-A": ["HLA-A", "HLA-A_ctrl", "HLA-Ag1"],
    STAT5A: ["STAT5A", "STAT5Ag3"],
  };
  for (const [name, texts] of Object.entries(forms)) {
    const genes = name.replace(" by guide", "").split("+").filter((gene) => gene !== "");
    for (const text of texts) assert.deepEqual(read(text), genes, text);
  }
});

Deno.test("readPerturbed takes a word that is no gene as it stands, and splits it where the file counts two", () => {
  assert.deepEqual(read("enhancer_7"), ["enhancer_7"]);
  assert.deepEqual(read("drugA_drugB"), ["drugA_drugB"]);
  assert.deepEqual(read("drugA_drugB", 2), ["drugA", "drugB"]);
  const stands = { ...rules, stands: { STIM: ["IFNB1"] } };
  assert.deepEqual(readPerturbed("STIM", stands)?.genes, ["IFNB1"]);
});

Deno.test("readPerturbed answers null where a text names nothing", () => {
  for (const text of ["", " + ", "nan", "None", "NA"]) assert.equal(read(text), null, `"${text}"`);
});

Deno.test("isControl knows the usual words, no gene, and where words are given only those", () => {
  assert.ok(isControl("Non_Targeting", rules));
  assert.ok(!isControl("NTS", rules));
  assert.ok(!isControl("STAT1", rules));
  const own = { ...rules, controls: ["DMSO", "vehicle"] };
  assert.deepEqual(["DMSO", "vehicle", "ctrl"].map((word) => isControl(word, own)), [true, true, false]);
});

Deno.test("readPerturbed says whether guides were named", () => {
  assert.equal(readPerturbed("STAT1g2", rules)?.byGuide, true);
  assert.equal(readPerturbed("STAT1+ctrl", rules)?.byGuide, false);
});
