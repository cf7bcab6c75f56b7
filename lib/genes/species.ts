/** Species that names of genes tell, by their ids or by their letters. */
export type Species =
  | "human"
  | "mouse"
  | "rat"
  | "zebrafish"
  | "macaque"
  | "pig"
  | "fly"
  | "worm"
  | "another";

/** Species whose genes the model can read: human, and mouse by its orthologues. */
export const READABLE_SPECIES = ["human", "mouse"] as const;
export type ReadableSpecies = typeof READABLE_SPECIES[number];

/** Species of a file's genes, with the evidence as a sentence. */
export interface FoundSpecies {
  readonly species: Species;
  readonly evidence: string;
}

const BY_ID: readonly (readonly [RegExp, Species])[] = [
  [/^ENSG\d{6,}/i, "human"],
  [/^ENSMUSG\d{6,}/i, "mouse"],
  [/^ENSRNOG\d{6,}/i, "rat"],
  [/^ENSDARG\d{6,}/i, "zebrafish"],
  [/^ENSMMUG\d{6,}/i, "macaque"],
  [/^ENSSSCG\d{6,}/i, "pig"],
  [/^FBGN\d{6,}/i, "fly"],
  [/^WBGENE\d{6,}/i, "worm"],
  [/^ENS[A-Z]{3,4}G\d{6,}/i, "another"],
];
/** Names that only one species has: clones and models of mouse, loci of rat, clones of zebrafish. */
const BY_NAME: readonly (readonly [RegExp, Species])[] = [
  [/^(Gm\d+|\d\w+Rik\d?|mt-[A-Z][a-z]\w+|H2-\w+)$/, "mouse"],
  [/^(RGD\d{5,}|AABR0\d+\.\d+|AY\d{6}\.\d+)$/, "rat"],
  [/^(si|zgc|im):\S+$/, "zebrafish"],
];
/** Names like Cd3e: a capital and small letters, as mouse and rat write their genes. */
const TITLE = /^[A-Z][a-z0-9-]*[a-z][a-z0-9-]*$/;
/** Names like CD3E and C1orf162. */
const UPPER = /^(C\d+orf\d+|[A-Z][A-Z0-9.-]*)$/;

/** Fewer names than this tell nothing. */
const LEAST = 10;

/** Species of a file's gene names; every list is one naming of the genes (index, columns of var). */
export function speciesOf(lists: readonly (readonly string[])[]): FoundSpecies {
  return byId(lists) ?? byName(lists) ??
    { species: "human", evidence: "nothing in the names says otherwise" };
}

/** By the species of half or more of all ids in one list. */
function byId(lists: readonly (readonly string[])[]): FoundSpecies | null {
  for (const names of lists) {
    for (const [id, species] of BY_ID) {
      const count = countOf(names, (name) => id.test(name));
      if (count < LEAST || 2 * count < names.length) continue;
      const example = names.find((name) => id.test(name));
      return {
        species,
        evidence: `${count} of ${names.length} ids are of ${nameOf(species)} (such as ${example})`,
      };
    }
  }
  return null;
}

function byName(lists: readonly (readonly string[])[]): FoundSpecies | null {
  for (const names of lists) {
    const [title, upper] = [countOf(names, isTitle), countOf(names, (name) => UPPER.test(name))];
    for (const [pattern, species] of BY_NAME) {
      const count = countOf(names, (name) => pattern.test(name));
      const isOwn = species === "zebrafish" || title > upper;
      if (count >= 3 && count >= 0.002 * names.length && isOwn) return named(species, names, pattern);
    }
    if (title >= LEAST && title > 2 * upper) {
      const example = names.find(isTitle);
      return {
        species: "mouse",
        evidence: `${title} of ${names.length} names are written as mouse genes are (such as ${example})`,
      };
    }
  }
  return null;
}

function named(species: Species, names: readonly string[], pattern: RegExp): FoundSpecies {
  const found = names.filter((name) => pattern.test(name));
  return { species, evidence: `${found.length} names only ${nameOf(species)} has (such as ${found[0]})` };
}

const isTitle = (name: string): boolean => TITLE.test(name) && !/^C\d+orf/.test(name);
const nameOf = (species: Species): string => species === "another" ? "another species" : species;
const countOf = (names: readonly string[], test: (name: string) => boolean): number =>
  names.reduce((count, name) => count + Number(test(name)), 0);
