import { isEnsemblId } from "./names.ts";

/** Names of genes as tools decorate them, undecorated. */
export interface BareNames {
  /** Names to look up for each gene, best first. */
  readonly candidates: readonly (readonly string[])[];
  /** 1 for genes of another species in a file of two (barnyard). */
  readonly foreign: Uint8Array;
  /** The decorations that were removed, as sentences. */
  readonly notes: readonly string[];
}

const HUMAN_GENOME = /^(GRCh3[78]|hg19|hg38|human|hs)_+/i;
const MOUSE_GENOME = /^(GRCm3[89]|mm9|mm10|mm39|mouse|mm)_+/i;

/** Takes genome prefixes ("GRCh38_CD3E") and joined ids ("ENSG00000198851|CD3E", "CD3E|916") off names. */
export function bareNames(names: readonly string[]): BareNames {
  const { bare, foreign, notes } = withoutGenomes(names.map((name) => name.trim()));
  let joined = 0;
  const candidates = bare.map((name) => {
    const parts = joinedParts(name);
    if (parts) joined++;
    return parts ?? [name];
  });
  const example = joined > 0 ? names.find((name) => joinedParts(name)) : "";
  const split = joined > 0 ? [`${joined} names of two parts were split (such as ${example}).`] : [];
  return { candidates, foreign, notes: [...notes, ...split] };
}

/** Prefixes that a tenth of the names have or more; where both species are there, mouse is the foreign one. */
function withoutGenomes(names: readonly string[]) {
  const share = (prefix: RegExp) => names.filter((name) => prefix.test(name)).length / names.length;
  const [human, mouse] = [HUMAN_GENOME, MOUSE_GENOME].map((prefix) => share(prefix) > 0.1);
  const foreign = new Uint8Array(names.length);
  const bare = names.map((name, i) => {
    if (human && mouse && MOUSE_GENOME.test(name)) foreign[i] = 1;
    return human && HUMAN_GENOME.test(name)
      ? name.replace(HUMAN_GENOME, "")
      : mouse
      ? name.replace(MOUSE_GENOME, "")
      : name;
  });
  const count = foreign.reduce((sum, is) => sum + is, 0);
  const notes = [
    ...(human || mouse ? ["Prefixes of the genome were taken off gene names."] : []),
    ...(count > 0 ? [`The file mixes two species: its ${count} mouse genes are left out.`] : []),
  ];
  return { bare, foreign, notes };
}

/** The parts of a name that joins an Ensembl or Entrez id and a symbol, ids first; null of any other name. */
function joinedParts(name: string): string[] | null {
  const parts = name.split(/[|;\s()]+|_+/).filter((part) => part !== "");
  if (parts.length !== 2) return null;
  const id = parts.findIndex(isEnsemblId);
  if (id >= 0) return [parts[id], parts[1 - id]];
  const entrez = /[|;(]/.test(name) ? parts.findIndex((part) => /^\d+$/.test(part)) : -1;
  return entrez < 0 ? null : [parts[1 - entrez]];
}
