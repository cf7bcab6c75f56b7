import assert from "node:assert/strict";
import { parseTermMarkers, readTermMarkers } from "../../lib/ontology/mod.ts";

Deno.test("readTermMarkers knows the genes by which B cells and islets are told", () => {
  const markers = readTermMarkers();
  const genes = (id: string) => markers.get(id)?.map(({ gene }) => gene) ?? [];
  assert.ok(genes("CL:0000236").includes("MS4A1"));
  assert.ok(genes("CL:0000169").includes("INS"));
  assert.equal(markers.size, 1123);
});

Deno.test("parseTermMarkers reads genes with their weights and refuses what is no weight", () => {
  const table = (row: string) => parseTermMarkers(`# a comment\nid\tmarkers\n${row}\n`, "test");
  assert.deepEqual([...table("CL:1\tA:1.5:o|B:0.5:x")], [["CL:1", [
    { gene: "A", weight: 1.5 },
    { gene: "B", weight: 0.5 },
  ]]]);
  assert.throws(() => table("CL:1\tA:high:o"), { tag: "data" });
  assert.throws(() => table("CL:1"), { tag: "data" });
});
