/** Names of unperturbed cells in screens, folded: lower case, without -, _, spaces and dots. */
const CONTROLS =
  /^(sg|g)?(ctrl|controls?|ntc?|nontarget(ing)?|neg(ative)?(ctrl|control)?|safe(target(ing)?)?|scrambled?|unperturbed|untreated|mock)(guide|sgrna|g)?\d*$/;

/** Rules for reading a screen's words. */
export interface WordRules {
  /** The words for unperturbed, alone or beside a gene; default: the usual ones (ctrl, control, NT, non-targeting, ...). */
  readonly controls?: readonly string[];
  /** True if a word is the symbol of a gene. */
  readonly isGene: (word: string) => boolean;
  /** Genes through which a word that is no gene acts: a cytokine, a drug. */
  readonly stands?: Readonly<Record<string, readonly string[]>>;
}

/** The perturbations that one text states. */
export interface Perturbed {
  /** Sorted; none for a control. */
  readonly genes: readonly string[];
  /** The text names guides rather than genes: "STAT1g2", "sgSTAT1". */
  readonly byGuide: boolean;
}

/** True if a word states that a cell is unperturbed. */
export function isControl(word: string, { controls, isGene }: WordRules): boolean {
  if (controls) return controls.includes(word);
  return CONTROLS.test(word.toLowerCase().replaceAll(/[-_ .]/g, "")) &&
    !(isGene(word) && !/^ctrl$/i.test(word));
}

/**
 * Reads a text of a screen: "A+ctrl", "ctrl+A", "A_ctrl", "A", "sgA", "A_g2" -> [A]; "B+A", "A_B", "A;B", "Ag1,Bg2" -> [A, B]; "ctrl",
 * "NT", "non-targeting" -> []. "_" separates where every part is a gene, a guide or a control, or where the file says that
 * `count` things were done.
 *
 * @returns null for a text that names nothing
 */
export function readPerturbed(text: string, rules: WordRules, count?: number): Perturbed | null {
  const whole = text.trim();
  if (whole === "" || /^(nan|na|none|null)$/i.test(whole)) return null;
  if (rules.stands?.[whole]) return { genes: rules.stands[whole], byGuide: false };
  if (isControl(whole, rules)) return { genes: [], byGuide: false };
  const words = splitText(whole, rules, count).filter((word) => !isControl(word, rules));
  if (words.length === 0) return /[^+;|,\s]/.test(whole) ? { genes: [], byGuide: false } : null;
  const genes = words.map((word) => geneOf(word, rules));
  return { genes: [...new Set(genes)].sort(), byGuide: words.some((word, i) => word !== genes[i]) };
}

function splitText(text: string, rules: WordRules, count?: number): string[] {
  const parts = text.split(/[+;|,]/).map((part) => part.trim()).filter((part) => part !== "");
  return parts.flatMap((part) => {
    const pieces = part.split("_");
    if (pieces.length === 1 || geneOrGuide(part, rules)) return [part];
    if (count !== undefined && count > 1 && pieces.length === count) return pieces;
    return pieces.every((piece) => geneOrGuide(piece, rules) || isControl(piece, rules)) ? pieces : [part];
  });
}

const geneOrGuide = (word: string, rules: WordRules): boolean =>
  rules.isGene(word) || geneOf(word, rules) !== word;

/** The gene of a guide: "sgSTAT1", "STAT1g2", "STAT1_sg3", "STAT1-1" -> STAT1; another word as it is. */
function geneOf(word: string, { isGene }: WordRules): string {
  if (isGene(word)) return word;
  const bare = word.replace(/^(sg|g)[-_.]?(?=[A-Za-z])/, "");
  const stem = bare.replace(/[-_.]?((sg|g|guide|sgrna)[-_.]?)?\d+$/i, "");
  return [bare, stem].find(isGene) ?? word;
}
