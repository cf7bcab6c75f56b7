import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Hdf5File } from "../../lib/data/hdf5/file.ts";
import { putFrame, putRoot } from "../../lib/data/h5ad/put.ts";
import { type DenseArray, writeZarr } from "../../lib/data/mod.ts";
import { type CsrMatrix, transpose } from "../../lib/matrix/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import type { Baseline } from "./cells.ts";
import { denseOf, type Form, matrixOf, save } from "./form.ts";

type Numbers = DenseArray["data"];

const dense = ({ cells, genes }: Baseline, make: (values: number[]) => Numbers): DenseArray => ({
  shape: [cells.length, genes.length],
  data: make(denseOf(cells, genes.length).flat()),
});

interface SparseParts {
  readonly kind: "csr_matrix" | "csc_matrix";
  readonly shape: readonly [number, number];
  readonly data: Numbers | BigInt64Array;
  readonly indices: Numbers | BigInt64Array;
  readonly indptr: Numbers | BigInt64Array;
}

/** An `.h5ad` whose X is written part by part. */
async function saveParts({ cells, genes }: Baseline, folder: string, parts: SparseParts): Promise<string> {
  const path = join(folder, "cells.h5ad");
  const file = await Hdf5File.open(path, "w");
  putRoot(file);
  putFrame(file, "obs", { index: cells.map(({ name }) => name), columns: {} });
  putFrame(file, "var", { index: genes, columns: {} });
  file.createGroup("X");
  file.setAttribute("X", "encoding-type", parts.kind);
  file.setAttribute("X", "encoding-version", "0.1.0");
  file.setAttribute("X", "shape", BigInt64Array.from(parts.shape, BigInt));
  for (const name of ["data", "indices", "indptr"] as const) file.createNumbers(`X/${name}`, parts[name]);
  file.close();
  return path;
}

const csr = (b: Baseline): CsrMatrix => matrixOf(b.cells, b.genes.length);

const sparse = (
  name: string,
  change: (matrix: CsrMatrix, baseline: Baseline) => Partial<SparseParts>,
): Form => ({
  group: "storage",
  name,
  kept: 1,
  write: (b, folder) => {
    const matrix = csr(b);
    const shape = [matrix.rows, matrix.cols] as const;
    return saveParts(b, folder, { kind: "csr_matrix", shape, ...matrix, ...change(matrix, b) });
  },
});

/** Every row's entries in another order. */
function unsorted({ rows, indptr, indices, data }: CsrMatrix) {
  const rng = createRng("unsorted");
  const order = Array.from({ length: rows }, (_, row) => {
    const places = Array.from({ length: indptr[row + 1] - indptr[row] }, (_, k) => indptr[row] + k);
    return rng.split(row).shuffle(places);
  }).flat();
  return {
    indices: Int32Array.from(order, (k) => indices[k]),
    data: Float32Array.from(order, (k) => data[k]),
  };
}

/** Every count in two entries of one position. */
function doubled({ indptr, indices, data }: CsrMatrix) {
  return {
    indptr: indptr.map((at) => 2 * at),
    indices: Int32Array.from([...indices].flatMap((column) => [column, column])),
    data: Float32Array.from(
      [...data].flatMap((value) => [value - Math.floor(value / 2), Math.floor(value / 2)]),
    ),
  };
}

const text = (
  b: Baseline,
  separator: string,
  { names = b.genes }: { names?: readonly string[] } = {},
): string[] => [
  ["", ...names].join(separator),
  ...denseOf(b.cells, b.genes.length).map((row, i) => [b.cells[i].name, ...row].join(separator)),
];

function table(name: string, file: string, lines: (b: Baseline) => string[], said?: RegExp): Form {
  return {
    group: "storage",
    name,
    kept: 1,
    said,
    write: (b, folder) => {
      const path = join(folder, file);
      const content = lines(b).join("\n") + "\n";
      if (file.endsWith(".gz")) Deno.writeFileSync(path, gzipSync(content));
      else Deno.writeTextFileSync(path, content);
      return path;
    },
  };
}

const turned = (b: Baseline): string[] => {
  const rows = denseOf(b.cells, b.genes.length);
  return [
    ["gene", ...b.cells.map(({ name }) => name)].join("\t"),
    ...b.genes.map((gene, column) => [gene, ...rows.map((row) => row[column])].join("\t")),
  ];
};

const withMetadata = (b: Baseline): string[] => [
  ["cell", "nCount_RNA", "percent.mt", "seurat_clusters", "x_centroid", ...b.genes].join(","),
  ...denseOf(b.cells, b.genes.length).map((row, i) =>
    [b.cells[i].name, 5000 + i, 1.5 + i / 10, i % 4, 100.5 * i, ...row].join(",")
  ),
];

const rTable = (b: Baseline): string[] => [
  b.genes.map((gene) => `"${gene}"`).join(" "),
  ...denseOf(b.cells, b.genes.length).map((row, i) => [`"${b.cells[i].name}"`, ...row].join(" ")),
];

function market(name: string, { turn, gz }: { turn: boolean; gz: boolean }): Form {
  return {
    group: "storage",
    name,
    kept: 1,
    write: (b, folder) => {
      const matrix = turn ? transpose(csr(b)) : csr(b);
      const lines = [
        "%%MatrixMarket matrix coordinate integer general",
        `${matrix.rows} ${matrix.cols} ${matrix.data.length}`,
      ];
      for (let row = 0; row < matrix.rows; row++) {
        for (let k = matrix.indptr[row]; k < matrix.indptr[row + 1]; k++) {
          lines.push(`${row + 1} ${matrix.indices[k] + 1} ${matrix.data[k]}`);
        }
      }
      const files = {
        "matrix.mtx": lines,
        "features.tsv": b.genes.map((gene) => `${gene}\t${gene}\tGene Expression`),
        "barcodes.tsv": b.cells.map((cell) => cell.name),
      };
      for (const [file, content] of Object.entries(files)) {
        const bytes = new TextEncoder().encode(content.join("\n") + "\n");
        Deno.writeFileSync(join(folder, gz ? `${file}.gz` : file), gz ? gzipSync(bytes) : bytes);
      }
      return folder;
    },
  };
}

const zarrStore = (name: string): Form => ({
  group: "storage",
  name,
  kept: 1,
  write: async (b, folder) => {
    const path = join(folder, `cells.${name}`);
    await writeZarr(path, { x: csr(b), obsNames: b.cells.map(({ name }) => name), varNames: b.genes });
    return path;
  },
});

async function tenx(b: Baseline, folder: string): Promise<string> {
  const { indptr, indices, data } = csr(b);
  const path = join(folder, "cells.h5");
  const file = await Hdf5File.open(path, "w");
  file.createGroup("matrix");
  file.createGroup("matrix/features");
  file.createStrings("matrix/barcodes", b.cells.map(({ name }) => name));
  file.createNumbers("matrix/data", Int32Array.from(data));
  file.createNumbers("matrix/indices", BigInt64Array.from(indices, BigInt));
  file.createNumbers("matrix/indptr", BigInt64Array.from(indptr, BigInt));
  file.createNumbers("matrix/shape", Int32Array.of(b.genes.length, b.cells.length));
  for (const name of ["id", "name"]) file.createStrings(`matrix/features/${name}`, b.genes);
  file.createStrings("matrix/features/feature_type", b.genes.map(() => "Gene Expression"));
  file.close();
  return path;
}

const array = (name: string, make: (values: number[]) => Numbers): Form => ({
  group: "storage",
  name,
  kept: 1,
  write: (b, folder) => save(b, folder, { x: dense(b, make) }),
});

/** Containers, layouts, number types and orders of the same counts. */
export const STORAGE: readonly Form[] = [
  { group: "storage", name: "h5ad, CSR float32", kept: 1, write: (b, folder) => save(b, folder) },
  sparse("h5ad, CSR float64, 64-bit indices", ({ data, indices, indptr }) => ({
    data: Float64Array.from(data),
    indices: BigInt64Array.from(indices, BigInt),
    indptr: BigInt64Array.from(indptr, BigInt),
  })),
  sparse("h5ad, CSR int32", ({ data }) => ({ data: Int32Array.from(data) })),
  sparse("h5ad, CSR uint16", ({ data }) => ({ data: Uint16Array.from(data) })),
  sparse(
    "h5ad, CSC",
    (matrix) => ({ kind: "csc_matrix", ...transpose(matrix), shape: [matrix.rows, matrix.cols] }),
  ),
  array("h5ad, dense float32", (values) => Float32Array.from(values)),
  array("h5ad, dense float64", (values) => Float64Array.from(values)),
  array("h5ad, dense int32", (values) => Int32Array.from(values)),
  array("h5ad, dense uint16", (values) => Uint16Array.from(values)),
  sparse("h5ad, entries of a row in any order", unsorted),
  sparse("h5ad, counts split over two entries", doubled),
  {
    group: "storage",
    name: "h5ad, zeros stored",
    kept: 1,
    write: (b, folder) => {
      const columns = b.genes.map((_, column) => column);
      const full = denseOf(b.cells, b.genes.length).map((counts, i) => ({ ...b.cells[i], columns, counts }));
      return save(b, folder, { x: matrixOf(full, columns.length) });
    },
  },
  {
    group: "storage",
    name: "h5ad, cells in another order",
    kept: 1,
    write: (b, folder) => save({ ...b, cells: b.cells.toReversed() }, folder),
  },
  {
    group: "storage",
    name: "h5ad, genes in another order",
    kept: 1,
    write: (b, folder) => {
      const last = b.genes.length - 1;
      const cells = b.cells.map(({ name, columns, counts }) => ({
        name,
        columns: columns.map((column) => last - column).reverse(),
        counts: counts.toReversed(),
      }));
      return save({ ...b, cells, genes: b.genes.toReversed() }, folder);
    },
  },
  {
    group: "storage",
    name: "h5ad, counts in a layer, X scaled",
    kept: 1,
    said: /X is scaled, so layer counts was read/,
    write: (b, folder) => {
      const x = dense(b, (values) => Float32Array.from(values, (value) => value - 0.5));
      return save(b, folder, { x, layers: { counts: csr(b) } });
    },
  },
  ...["zarr", "zarr.zip"].map(zarrStore),
  { group: "storage", name: "10x .h5", kept: 1, write: tenx },
  market("MatrixMarket, genes as rows, gz", { turn: true, gz: true }),
  market("MatrixMarket, cells as rows", { turn: false, gz: false }),
  table("CSV", "cells.csv", (b) => text(b, ",")),
  table("TSV, gz", "cells.tsv.gz", (b) => text(b, "\t")),
  table("TSV, genes as rows", "cells.tsv", turned),
  table("CSV, split by semicolons", "cells.csv", (b) => text(b, ";")),
  table("R's write.table", "cells.txt", rTable),
  table(
    "CSV with numeric metadata",
    "cells.csv",
    withMetadata,
    /nCount_RNA, percent\.mt, seurat_clusters, x_centroid/,
  ),
];
