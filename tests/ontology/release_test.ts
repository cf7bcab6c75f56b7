/** Checks on real releases. */
import assert from "node:assert/strict";
import { decompress } from "fzstd";
import { COMMON_LABELS } from "../../lib/ontology/common_labels.ts";
import {
  ancestors,
  countRelations,
  findTerm,
  liveTerms,
  loadOntology,
  type Ontology,
  relationTriples,
} from "../../lib/ontology/mod.ts";
import { inMirror, onRealData } from "../mirror.ts";

/** One term of the CELLxGENE ontology guide. */
interface GuideTerm {
  readonly ancestors: Readonly<Record<string, number>>;
  readonly deprecated: boolean;
}

let loaded: Promise<Ontology> | undefined;
const loadRelease = () => loaded ??= loadOntology(inMirror("ontology/cl-simple-2026-03-26.obo.gz"));

onRealData("loadOntology reads the releases of 2026 and 2022", async () => {
  const older = await loadOntology(inMirror("ontology/cl-basic-2022-11-25.obo.gz"));
  const sizes = [await loadRelease(), older].map((it) => [it.version, it.terms.size, liveTerms(it).length]);
  assert.deepEqual(sizes, [["2026-03-26", 3520, 3324], ["2022-11-25", 2683, 2535]]);
});

onRealData(
  "ancestors and distances agree with the CELLxGENE guide but where it follows part_of",
  async () => {
    const ontology = await loadRelease();
    const guide = readGuide(await Deno.readFile(inMirror("ontology/CL-ontology-v2026-03-26.json.zst")));
    const differing = liveTerms(ontology).map((term) => term.id).filter((id) => {
      const [ours, theirs] = [ancestors(ontology, id), guide[id].ancestors];
      for (const [above, steps] of ours) assert.equal(theirs[above], steps, `${id} to ${above}`);
      return Object.keys(theirs).length > ours.size;
    });
    assert.deepEqual(differing.filter((id) => !isWithinAnotherCell(ontology, id)), []);
    assert.equal(differing.length, 18);
  },
);

onRealData("the CELLxGENE guide has no live term that we lack", async () => {
  const guide = readGuide(await Deno.readFile(inMirror("ontology/CL-ontology-v2026-03-26.json.zst")));
  const { terms } = await loadRelease();
  for (const [id, { deprecated }] of Object.entries(guide)) {
    assert.equal(terms.get(id)?.obsolete ?? true, deprecated);
  }
});

onRealData("the slim table has the release's names, and its ancestors among the slim terms", async () => {
  const [ontology, slim] = [await loadRelease(), await loadOntology(null)];
  for (const { id, name } of slim.terms.values()) {
    assert.equal(ontology.terms.get(id)?.name, name);
    assert.equal(ontology.terms.get(id)?.obsolete, false);
    const expected = [...ancestors(ontology, id).keys()].filter((above) => slim.terms.has(above));
    assert.deepEqual([...ancestors(slim, id).keys()].sort(), expected.sort());
  }
});

onRealData("the slim table's markers are current human gene symbols", async () => {
  const genes = await readTable(inMirror("genes/human_genes_org.Hs.eg.db_3.16.tsv.gz"));
  const symbols = new Set(genes.map(([, symbol]) => symbol));
  const unknown = liveTerms(await loadOntology(null)).flatMap(({ markers }) => markers ?? [])
    .filter((gene) => !symbols.has(gene));
  assert.deepEqual(unknown, []);
});

onRealData(
  "findTerm finds the type of every labelled data set, in the release and in the slim table",
  async () => {
    const labels = await readTable(inMirror("label_to_cl.tsv"));
    for (const ontology of [await loadRelease(), await loadOntology(null)]) {
      for (const [, , id, name] of labels) {
        assert.equal(findTerm(ontology, name)?.term.id, id, name);
        assert.equal(findTerm(ontology, id)?.term.name, name);
      }
      for (const [label, id] of COMMON_LABELS) assert.equal(findTerm(ontology, label)?.term.id, id, label);
    }
  },
);

onRealData("relationTriples contain 96 % of the original's triples", async () => {
  const ours = relationTriples(await loadRelease());
  const lines = new Set(ours.map(({ head, relation, tail }) => `${head} ${relation} ${tail}`));
  const text = await Deno.readTextFile(inMirror("ontology/kcellfm_knowledge_triples.txt"));
  const published = new Set(text.split(/\r?\n/).filter((line) => line !== ""));
  const shared = [...published].filter((line) => lines.has(line)).length;
  assert.deepEqual([shared, published.size], [7015, 7325]);
  assert.deepEqual(countRelations(ours), {
    is_a: 4630,
    exact_synonyms: 2769,
    related_synonyms: 669,
    broad_synonyms: 286,
    develops_from: 405,
    develops_into: 17,
    disjoint_from: 35,
    synapsed_to: 15,
  });
});

/**
 * The guide also walks up part_of. That adds ancestors to what is part of another cell (three terms: oligodendrocyte
 * precursors, nuclei of muscle fibres) or below it, and to cytoplasms and nuclei, whose is_a parents are not cells.
 */
function isWithinAnotherCell(ontology: Ontology, id: string): boolean {
  const lineage = [id, ...ancestors(ontology, id).keys()].map((above) => ontology.terms.get(above));
  return lineage.length === 1 ||
    lineage.some((term) => term?.partOf.some((whole) => whole.startsWith("CL:")));
}

const readGuide = (bytes: Uint8Array): Record<string, GuideTerm> =>
  JSON.parse(new TextDecoder().decode(decompress(bytes)));

/** The rows of a tab-separated file, header left out, unpacked where its name ends in .gz. */
async function readTable(path: string): Promise<string[][]> {
  const { body } = new Response((await Deno.open(path)).readable);
  const stream = path.endsWith(".gz") ? body?.pipeThrough(new DecompressionStream("gzip")) : body;
  const text = await new Response(stream).text();
  return text.trimEnd().split("\n").slice(1).map((line) => line.split("\t"));
}
