import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openCells } from "../../lib/data/mod.ts";
import { inFolder } from "../folder.ts";
import { denseRows, expected, fixture, oneLine } from "./helpers.ts";

const { cells, genes, dense } = expected;

Deno.test("openCells reads a 10x file of Cell Ranger 2", async () => {
  const source = await openCells(fixture("tenx_v2.h5"));
  equal([source.obsNames, source.varNames], [cells, genes]);
  equal(denseRows(source), dense);
  equal(source.var.values("gene_ids")[2], "ENSG00000000002");
  source.close();
});

Deno.test("openCells reads the genes of a 10x file of Cell Ranger 3 and leaves antibodies out", async () => {
  const source = await openCells(fixture("tenx_v3.h5"));
  equal(source.varNames, genes.slice(0, -1));
  equal(denseRows(source), dense.map((row) => row.slice(0, -1)));
  equal(denseRows(source, [2, 5]), dense.slice(2, 5).map((row) => row.slice(0, -1)));
  source.close();
});

/** Writes a MatrixMarket folder with genes as rows, as Cell Ranger does. */
function writeFolder(
  folder: string,
  { gz = false, features = genes.map((g, i) => [`ENSG${i}`, g]) } = {},
): void {
  const put = (name: string, text: string) =>
    Deno.writeFileSync(
      join(folder, gz ? `${name}.gz` : name),
      gz ? gzipSync(text) : new TextEncoder().encode(text),
    );
  const entries = dense.flatMap((row, cell) =>
    row.flatMap((value, gene) => value ? [`${gene + 1} ${cell + 1} ${value}`] : [])
  );
  const size = `${genes.length} ${cells.length} ${entries.length}`;
  const banner = "%%MatrixMarket matrix coordinate integer general\n%a comment";
  put("matrix.mtx", `${[banner, size, ...entries].join("\n")}\n`);
  put("barcodes.tsv", cells.join("\n") + "\n");
  put(gz ? "features.tsv" : "genes.tsv", features.map((row) => row.join("\t")).join("\n"));
}

for (const gz of [false, true]) {
  Deno.test(`openCells reads a MatrixMarket folder ${gz ? "of gzipped" : "of plain"} files`, () =>
    inFolder(async (folder) => {
      writeFolder(folder, { gz });
      for (const path of [folder, join(folder, gz ? "matrix.mtx.gz" : "matrix.mtx")]) {
        const source = await openCells(path);
        equal([source.obsNames, source.varNames], [cells, genes]);
        equal(denseRows(source), dense);
      }
    }));
}

Deno.test("openCells reads MatrixMarket values in any number format, cells as rows, repeats summed", () =>
  inFolder(async (folder) => {
    const write = (name: string, text: string) => Deno.writeTextFileSync(join(folder, name), text);
    write("GSM1_barcodes.tsv", "a\nb\n");
    write(
      "GSM1_features.tsv",
      "E1\tG1\tGene Expression\nE2\tG2\tAntibody Capture\nE3\tG3\tGene Expression\n",
    );
    write(
      "GSM1_matrix.mtx",
      "%%MatrixMarket matrix coordinate real general\r\n2 3 5\r\n2 3 1.5e1\r\n1 1 -.25\r\n 2  1\t+7\r\n1 2 9\r\n2 3 1",
    );
    const source = await openCells(join(folder, "GSM1_matrix.mtx"));
    equal(source.varNames, ["G1", "G3"]);
    equal(denseRows(source), [[-0.25, 0], [7, 16]]);
  }));

Deno.test("openCells says in one line what is wrong with a MatrixMarket folder", () =>
  inFolder(async (folder) => {
    writeFolder(folder);
    const matrix = join(folder, "matrix.mtx");
    const text = Deno.readTextFileSync(matrix);
    const cases: [string, "file" | "data", RegExp][] = [
      [text.replace("coordinate", "array"), "file", /does not start with %%MatrixMarket matrix coordinate/],
      [text.trimEnd().replace(/\n[^\n]+$/, "\n"), "file", /announces \d+ entries and holds \d+/],
      [text + "1 1 1\n", "file", /more than the \d+ entries/],
      [
        text.replace(/\n\d+ \d+ (\d+)\n/, "\n99 9 $1\n"),
        "data",
        /it is 99 x 9, .* 6 features and 9 barcodes/,
      ],
      [text.replace(/\n(\d+) \d+ (\d+)\n$/, "\n$1 77 $2\n"), "file", /is at \(\d+, 77\), outside 6 x 9/],
      [text.replace(/\n\d+ \d+ \d+\n$/, "\n1 1 many\n"), "file", /does not hold 3 numbers/],
    ];
    for (const [content, tag, words] of cases) {
      Deno.writeTextFileSync(matrix, content);
      await rejects(openCells(folder), oneLine(tag, words), String(words));
    }
    const zipped = gzipSync(text);
    await Deno.remove(matrix);
    Deno.writeFileSync(matrix + ".gz", zipped.subarray(0, zipped.length - 20));
    await rejects(openCells(folder), oneLine("file", /gzip data are damaged or truncated/));
    await Deno.remove(join(folder, "barcodes.tsv"));
    await rejects(openCells(folder), oneLine("file", /no barcodes file/));
  }));

/** A delimited text with a header. */
const table = (rows: (string | number)[][], delimiter = ",") =>
  rows.map((row) => row.join(delimiter)).join("\n");

Deno.test("openCells reads CSV and TSV, plain and gzipped, cells as rows", () =>
  inFolder(async (folder) => {
    const rows = [["", ...genes], ...cells.map((cell, i) => [cell, ...dense[i]])];
    Deno.writeTextFileSync(join(folder, "a.csv"), table(rows));
    Deno.writeFileSync(join(folder, "b.tsv.gz"), gzipSync(table(rows, "\t") + "\r\n"));
    for (const name of ["a.csv", "b.tsv.gz"]) {
      const source = await openCells(join(folder, name));
      equal([source.obsNames, source.varNames], [cells, genes]);
      equal(denseRows(source), dense);
    }
  }));

Deno.test("openCells reads a CSV whose rows are genes, found by their names or as told", () =>
  inFolder(async (folder) => {
    const path = join(folder, "genes.csv");
    const known = ["ACTB", "GAPDH", "CD3E"];
    Deno.writeTextFileSync(path, table([["gene", "c1", "c2"], ...known.map((gene, i) => [gene, i, 2 * i])]));
    const source = await openCells(path);
    equal([source.obsNames, source.varNames], [["c1", "c2"], known]);
    equal(denseRows(source), [[0, 1, 2], [0, 2, 4]]);
    const told = await openCells(path, { rowsAre: "cells" });
    equal(told.varNames, ["c1", "c2"]);
  }));

Deno.test("openCells keeps text and position columns of a CSV as obs", () =>
  inFolder(async (folder) => {
    const path = join(folder, "cells.csv");
    const rows = [["cell", "x", "y", "area", "cell_type", "CD4", "CD8"], [7, 1.5, 2, 30, "T, cell", 5, 0]];
    Deno.writeTextFileSync(path, table(rows).replace("T, cell", '"T, cell"'));
    const source = await openCells(path, { obsColumns: ["x", "y", "area"] });
    equal([source.obsNames, source.varNames], [["7"], ["CD4", "CD8"]]);
    equal(source.obs.columns, ["x", "y", "area", "cell_type"]);
    equal(source.obs.columns.map((name) => source.obs.values(name)[0]), [1.5, 2, 30, "T, cell"]);
  }));

Deno.test("openCells reads R's header, one field short, and repeated row names as labels", () =>
  inFolder(async (folder) => {
    const path = join(folder, "r.csv");
    Deno.writeTextFileSync(path, '"A","B"\n"1",0.5,0\n"1",0,2\n"2",1,1\n');
    const source = await openCells(path);
    equal(source.obsNames, ["cell1", "cell2", "cell3"]);
    equal(source.obs.values("label"), [1, 1, 2]);
    equal(denseRows(source), [[0.5, 0], [0, 2], [1, 1]]);
  }));

Deno.test("openCells says which row and column of a CSV is wrong", () =>
  inFolder(async (folder) => {
    const path = join(folder, "bad.csv");
    const write = (last: string) =>
      Deno.writeTextFileSync(path, `cell,A,B\n${"c,1,2\n".repeat(200)}${last}\n`);
    write("c,1,NA");
    await rejects(openCells(path), oneLine("data", /row 202, column B is "NA", not a number/));
    write("c,1");
    await rejects(openCells(path), oneLine("data", /row 202 has 2 fields, its header has 3/));
    Deno.writeTextFileSync(path, "cell,A,B\n");
    await rejects(openCells(path), oneLine("data", /no rows below its header/));
    Deno.writeTextFileSync(path, "name,kind\nx,y\n");
    await rejects(openCells(path), oneLine("data", /none of its columns holds numbers only/));
  }));
