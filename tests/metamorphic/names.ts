import { humanOrthologues, nameMatcher } from "../../lib/genes/mod.ts";
import type { Baseline } from "./cells.ts";
import { type Form, matrixOf, save } from "./form.ts";

const tokensOf = ({ vocabulary, genes }: Baseline): number[] => {
  const tokens = new Map(vocabulary.symbols.map((symbol, token) => [symbol, token]));
  return genes.map((gene) => tokens.get(gene) as number);
};
const ensemblOf = (b: Baseline): string[] => tokensOf(b).map((token) => b.vocabulary.ensembl[token]);

/** An alias that means the gene, where it has one, else its symbol. */
function aliasesOf(b: Baseline): string[] {
  const match = nameMatcher(b.vocabulary);
  const means = (alias: string, token: number) => {
    const found = match(alias);
    return typeof found !== "string" && found.token === token && found.way === "alias";
  };
  return tokensOf(b).map((token, i) =>
    b.vocabulary.aliases[token].find((alias) => means(alias, token)) ?? b.genes[i]
  );
}

const title = (symbol: string): string => symbol[0] + symbol.slice(1).toLowerCase();

/** Mouse's way to write the genes whose orthologue is of the same letters; the others keep a name that mouse lacks. */
function mouseOf({ genes }: Baseline): string[] {
  const human = humanOrthologues();
  return genes.map((gene) => human(title(gene)) === gene ? title(gene) : gene);
}

const named = (name: string, names: (b: Baseline) => readonly string[], more: Partial<Form> = {}): Form => ({
  group: "names",
  name,
  kept: 1,
  write: (b, folder) => save(b, folder, { varNames: names(b) }),
  ...more,
});

/** Ways in which files name the same genes. */
export const NAMES: readonly Form[] = [
  named("Ensembl ids", ensemblOf),
  named("Ensembl ids with version", (b) => ensemblOf(b).map((id, i) => `${id}.${i % 17}`)),
  {
    group: "names",
    name: "numbered genes, symbols in gene_name",
    kept: 1,
    write: (b, folder) =>
      save(b, folder, { varNames: b.genes.map((_, i) => String(i)), var: { gene_name: b.genes } }),
  },
  {
    group: "names",
    name: "symbols in the index, other ids in gene_ids",
    kept: 1,
    write: (b, folder) => save(b, folder, { var: { gene_ids: b.genes.map((_, i) => `X${i}`) } }),
  },
  named("ENSG...|SYMBOL", (b) => ensemblOf(b).map((id, i) => `${id}|${b.genes[i]}`), {
    said: /names of two parts were split/,
  }),
  named("SYMBOL_ENSG...", (b) => ensemblOf(b).map((id, i) => `${b.genes[i]}_${id}`), {
    said: /names of two parts were split/,
  }),
  named("GRCh38_SYMBOL", (b) => b.genes.map((gene) => `GRCh38_${gene}`), {
    said: /Prefixes of the genome were taken off/,
  }),
  {
    group: "names",
    name: "human and mouse genes (barnyard)",
    kept: 1,
    said: /The file mixes two species: its 300 mouse genes are left out/,
    write: (b, folder) => {
      const mouse = Array.from({ length: 300 }, (_, i) => `mm10___${title(b.genes[i])}`);
      const cells = b.cells.map(({ name, columns, counts }, row) => ({
        name,
        columns: [...columns, b.genes.length + row],
        counts: [...counts, 7],
      }));
      const genes = [...b.genes.map((gene) => `GRCh38_${gene}`), ...mouse];
      return save({ ...b, cells, genes }, folder);
    },
  },
  named("earlier symbols", aliasesOf),
  named("small letters", (b) => b.genes.map((gene) => gene.toLowerCase())),
  named("dots for dashes (R)", (b) => b.genes.map((gene) => gene.replaceAll("-", "."))),
  named("as mouse writes them", mouseOf, { kept: 0.98, said: /read as mouse's, by their human orthologues/ }),
  {
    group: "names",
    name: "one gene in two columns",
    kept: 1,
    said: /columns added to another of the same gene/,
    write: (b, folder) => {
      const cells = b.cells.map(({ name, columns, counts }) => {
        const halves = counts.map((count) => Math.floor(count / 2));
        const some = columns.filter((_, i) => halves[i] > 0);
        return {
          name,
          columns: [...columns, ...some.map((column) => column + b.genes.length)],
          counts: [...counts.map((count, i) => count - halves[i]), ...halves.filter((half) => half > 0)],
        };
      });
      const genes = [...b.genes, ...b.genes.map((gene) => `${gene}-1`)];
      return save({ ...b, cells, genes }, folder);
    },
  },
  {
    group: "names",
    name: "an empty column under the symbol, counts under an alias",
    kept: 1,
    write: (b, folder) => {
      const aliases = aliasesOf(b);
      const extra = b.genes.filter((gene, i) => aliases[i] !== gene);
      return save({ ...b, genes: [...aliases, ...extra] }, folder, {
        x: { ...matrixOf(b.cells, b.genes.length), cols: b.genes.length + extra.length },
      });
    },
  },
];
