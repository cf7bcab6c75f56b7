import assert from "node:assert/strict";
import fc from "fast-check";
import { KcellfmError } from "../../lib/runtime/mod.ts";
import { createOntology, createTerm, parseObo, type Term } from "../../lib/ontology/mod.ts";
import { TINY_OBO } from "./fixture.ts";

const tiny = parseObo(TINY_OBO);

/** Asserts that a text is refused with one line that has all of `parts`. */
function assertRefused(text: string, parts: readonly string[]): void {
  assert.throws(() => parseObo(text, { source: "broken.obo" }), (error: unknown) => {
    assert.ok(error instanceof KcellfmError, String(error));
    assert.doesNotMatch(error.message, /\n/);
    for (const part of ["broken.obo", ...parts]) assert.ok(error.message.includes(part), error.message);
    return true;
  });
}

const stanza = (id: string, ...lines: string[]) =>
  ["[Term]", `id: ${id}`, `name: ${id}`, ...lines, ""].join("\n");

Deno.test("parseObo reads the release date and the Cell Ontology terms only", () => {
  assert.equal(tiny.version, "2001-02-03");
  assert.deepEqual([...tiny.terms.keys()], Array.from({ length: 9 }, (_, i) => `CL:000000${i}`));
});

Deno.test("parseObo reads the genus of intersection_of as a parent and drops foreign parents", () => {
  assert.deepEqual(tiny.terms.get("CL:0000004")?.isA, ["CL:0000002"]);
  assert.deepEqual(tiny.terms.get("CL:0000006")?.isA, ["CL:0000000"]);
  assert.deepEqual(tiny.children.get("CL:0000002"), ["CL:0000004", "CL:0000005"]);
});

Deno.test("parseObo reads relations by id, keeping anatomy in partOf", () => {
  const term = tiny.terms.get("CL:0000004");
  assert.deepEqual(term?.partOf, ["UBERON:0002370"]);
  assert.deepEqual(term?.developsFrom, ["CL:0000000"]);
  assert.deepEqual(term?.developsInto, ["CL:0000005"]);
  assert.deepEqual(term?.synapsedTo, ["CL:0000003"]);
  assert.deepEqual(tiny.terms.get("CL:0000002")?.disjointFrom, ["CL:0000003"]);
});

Deno.test("parseObo reads synonyms by scope and marks abbreviations", () => {
  assert.deepEqual(tiny.terms.get("CL:0000004")?.synonyms, [
    { text: "CD4+ T-lymphocyte", scope: "exact", abbreviation: false },
    { text: "T4", scope: "related", abbreviation: true },
    { text: "helper", scope: "broad", abbreviation: false },
    { text: "odd one", scope: "narrow", abbreviation: false },
  ]);
});

Deno.test("parseObo undoes escapes and drops qualifiers and comments", () => {
  assert.equal(tiny.terms.get("CL:0000001")?.definition, 'A "white" blood cell.');
  assert.equal(tiny.terms.get("CL:0000002")?.name, "lymphocyte");
});

Deno.test("parseObo reads the relation names of releases before 2023, CRLF and a byte order mark", () => {
  const text = "\uFEFF" + stanza("CL:1") + stanza("CL:2", "relationship: develops_from CL:1 ! x");
  assert.deepEqual(parseObo(text.replaceAll("\n", "\r\n")).terms.get("CL:2")?.developsFrom, ["CL:1"]);
});

Deno.test("parseObo redirects relations to alternative ids", () => {
  const text = stanza("CL:1", "alt_id: CL:9") + stanza("CL:2", "is_a: CL:9");
  assert.deepEqual(parseObo(text).terms.get("CL:2")?.isA, ["CL:1"]);
});

Deno.test("parseObo names the line and the problem of a malformed stanza", () => {
  const head = stanza("CL:1"); // 3 lines
  assertRefused(`${head}[Term\nid: CL:2`, ["line 4", "[Term"]);
  assertRefused(`${head}no colon here`, ["line 4", '"tag: value"']);
  assertRefused(`${head}[Term]\nname: nameless`, ["line 4", "no id"]);
  assertRefused(`${head}[Term]\nid: CL:2`, ["line 4", "CL:2", "no name"]);
  assertRefused(`${head}[Term]\nid: CL:2\nname: a\nname: b`, ["line 7", '"a" and "b"']);
  assertRefused(stanza("CL:1", 'synonym: "open EXACT []'), ["line 4", "double quotes"]);
  assertRefused(stanza("CL:1", 'synonym: "x" SIMILAR []'), ["line 4", "EXACT"]);
  assertRefused(stanza("CL:1", "relationship: RO:0002202"), ["line 4", "2 ids"]);
  assertRefused(stanza("CL:1", "is_a: ! nothing"), ["line 4", "an id"]);
  assertRefused(head + head, ["line 4", "CL:1", "twice"]);
});

Deno.test("parseObo refuses a file with no Cell Ontology term", () => {
  assertRefused("", ["is it an OBO file"]);
  assertRefused(stanza("UBERON:1"), ["is it an OBO file"]);
});

Deno.test("parseObo refuses a parent that is not there", () => {
  assertRefused(stanza("CL:1", "is_a: CL:2"), ["CL:1", "CL:2", "cut off"]);
});

Deno.test("parseObo names every term of a cycle", () => {
  const cyclic = stanza("CL:0") + stanza("CL:1", "is_a: CL:0", "is_a: CL:2") + stanza("CL:2", "is_a: CL:3") +
    stanza("CL:3", "is_a: CL:1");
  assertRefused(cyclic, ["cycle", "CL:1 (CL:1) is_a CL:2 (CL:2) is_a CL:3 (CL:3) is_a CL:1 (CL:1)"]);
  assertRefused(stanza("CL:1", "is_a: CL:1"), ["cycle", "CL:1 (CL:1) is_a CL:1 (CL:1)"]);
});

/** Terms 0..n-1 whose relations point to earlier terms, so that is_a has no cycle. */
const graphs = fc.array(
  fc.record({
    name: fc.string({ minLength: 1, unit: "binary" }).filter((name) => name.trim() === name && name !== ""),
    definition: fc.string({ unit: "binary" }),
    synonym: fc.string({ unit: "binary" }),
    scope: fc.constantFrom("exact", "broad", "narrow", "related"),
    links: fc.array(fc.nat(), { maxLength: 4 }),
    obsolete: fc.boolean(),
  }),
  { minLength: 1, maxLength: 20 },
).map((rows) =>
  rows.map(({ links, synonym, scope, ...row }, i): Term => {
    const earlier = [...new Set(i === 0 ? [] : links.map((link) => `CL:${link % i}`))];
    const [isA, developsFrom] = [earlier.slice(0, 2), earlier.slice(2)];
    return createTerm({
      ...row,
      id: `CL:${i}`,
      synonyms: [{ text: synonym, scope, abbreviation: false }],
      isA,
      developsFrom,
    });
  })
);

const escape = (text: string) =>
  text.replaceAll(/[\\"!{}]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t");

function formatObo(terms: readonly Term[]): string {
  return terms.map((term) =>
    [
      "[Term]",
      `id: ${term.id}`,
      `name: ${escape(term.name)}`,
      `def: "${escape(term.definition ?? "")}" [TEST:1]`,
      ...term.synonyms.map(({ text, scope }) => `synonym: "${escape(text)}" ${scope.toUpperCase()} []`),
      ...term.isA.map((id) => `is_a: ${id} ! a parent`),
      ...term.developsFrom.map((id) => `relationship: RO:0002202 ${id}`),
      ...(term.obsolete ? ["is_obsolete: true"] : []),
    ].join("\n")
  ).join("\n\n");
}

Deno.test("parseObo gives back any graph that was written as OBO", () => {
  fc.assert(
    fc.property(graphs, (terms) => {
      const expected = createOntology(terms, { version: "unknown", source: "the OBO text" });
      assert.deepEqual(parseObo(formatObo(terms)), expected);
    }),
    { numRuns: 200, seed: 42 },
  );
});
