import { deepStrictEqual as equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { type CellSource, openCells } from "../../lib/data/mod.ts";
import { annotationColumns } from "../../lib/data/tables/metadata.ts";
import { denseFromCsr } from "../matrix/dense.ts";
import { inFolder } from "../folder.ts";
import { oneLine } from "./helpers.ts";

/** Opens a table of this text. */
const withTable = (
  text: string,
  use: (open: () => Promise<CellSource>) => void | Promise<void>,
  name = "t.csv",
) =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, name), text);
    await use(() => openCells(join(folder, name)));
  });

const values = (source: CellSource) => [...denseFromCsr(source.rows(0, source.nObs))];
const GENES = Array.from({ length: 200 }, (_, i) => `GENE${i}`);

Deno.test("openCells takes numeric annotations of a table for no genes, keeps them in obs and says so", () =>
  withTable("cell,nCount_RNA,percent.mt,cluster,CD3E,ACTB\na,90,1.5,3,1,2\nb,80,2,4,0,5\n", async (open) => {
    const source = await open();
    equal(source.varNames, ["CD3E", "ACTB"]);
    equal([...source.obs.values("percent.mt")], [1.5, 2]);
    equal(source.notes, [
      "Columns of numbers that were taken for annotations of the cells, not for genes: nCount_RNA, percent.mt, cluster.",
    ]);
    equal(values(source), [1, 2, 0, 5]);
  }));

Deno.test("annotationColumns knows CosMx, MERSCOPE and Xenium columns, and words beside many genes", () => {
  const others = [
    ...[
      "fov",
      "cell_ID",
      "CenterX_global_px",
      "center_x",
      "x_centroid",
      "volume",
      "AspectRatio",
      "Mean.PanCK",
    ],
    ...["n_genes_by_counts", "pct_counts_mt", "leiden", "UMAP_1", "S.Score", "my_score", "Condition", "0"],
  ];
  const found = annotationColumns([...others, ...GENES]);
  equal(others.filter((_, i) => !found[i]), []);
  ok(!found.slice(others.length).includes(true));
});

Deno.test("annotationColumns takes no gene for an annotation, in whatever form human and mouse genes come", () => {
  const human = [
    "C1orf162",
    "RP11-34P13.7",
    "HLA-DRB1",
    "MT-CO1",
    "XXbac-B135H6.15",
    "LA16c-OS12.2",
    "PCA3",
    "hsa-mir-1",
    "F2",
  ];
  equal(annotationColumns([...human, ...GENES]).indexOf(true), -1);
  const mouse = [
    "mt-Nd1",
    "H2-Aa",
    "2810417H13Rik",
    ...GENES.map((gene) => `G${gene.slice(1).toLowerCase()}`),
  ];
  equal(annotationColumns(mouse).indexOf(true), -1);
});

Deno.test("openCells names the row of a gap in a gene's column, in the first rows as in later ones", async () => {
  const rows = Array.from({ length: 150 }, (_, i) => `c${i},1,2`);
  for (const at of [1, 140]) {
    const text = ["cell,CD3E,ACTB", ...rows.with(at, `c${at},,2`)].join("\n");
    await withTable(
      text,
      (open) =>
        rejects(open(), oneLine("data", new RegExp(`row ${at + 2}, column CD3E is "", not a number`))),
    );
  }
});

Deno.test("openCells leaves gaps in annotations alone", () =>
  withTable("cell,age,CD3E,ACTB\na,,1,2\nb,30,3,4\n", async (open) => {
    const source = await open();
    equal([source.varNames, source.obs.columns], [["CD3E", "ACTB"], ["age"]]);
  }));

Deno.test("openCells reads decimal commas, also of annotations", () =>
  withTable("cell;percent.mt;CD3E;ACTB\na;1,5;0,5;2\nb;0,25;0;1,75\n", async (open) => {
    const source = await open();
    equal(values(source), [0.5, 2, 0, 1.75]);
    equal([...source.obs.values("percent.mt")], [1.5, 0.25]);
  }));

Deno.test("openCells reads tables as R writes them by default, and those behind lines of comment", async () => {
  await withTable('"CD3E" "ACTB"\n"a" 1 0\n"b" 0 3\n', async (open) => {
    const source = await open();
    equal([source.obsNames, source.varNames, values(source)], [["a", "b"], ["CD3E", "ACTB"], [1, 0, 0, 3]]);
  }, "r.txt");
  await withTable("# Program: x\nGeneid\ta\tb\nACTB\t1\t2\nCD3E\t0\t4\n", async (open) => {
    const source = await open();
    equal([source.obsNames, source.varNames, values(source)], [["a", "b"], ["ACTB", "CD3E"], [1, 0, 2, 4]]);
  }, "counts.tsv");
});
