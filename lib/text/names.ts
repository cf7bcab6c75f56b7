/** Layers of the original's projections, `nn.Sequential(Linear, ReLU, LayerNorm, Dropout)`, by position. */
const PROJECTION: Readonly<Record<string, string>> = { "0": "linear", "2": "norm" };

/** The parts of the original's `finetune_bert.pth`; its trained relation vectors were never saved. */
const TUNED: readonly (readonly [prefix: string, ours: (name: string) => string | null])[] = [
  ["bert_state.", bertName],
  ["projection_state.", (name) => projectionName("projection", name)],
  ["rel_projection_state.", (name) => projectionName("relation_projection", name)],
];

/** True if a file with these names is the original's tuned encoder, not a BERT alone. */
export const isTuned = (names: Iterable<string>): boolean =>
  [...names].some((name) => name.startsWith("bert_state."));

/** Our name of a tensor of a published BERT or of `finetune_bert.pth`; null for one that we have no use for. */
export function textName(foreign: string): string | null {
  const part = TUNED.find(([prefix]) => foreign.startsWith(prefix));
  return part ? part[1](foreign.slice(part[0].length)) : bertName(foreign);
}

/**
 * Our tree is BertModel's own: what is left is the prefix that a larger model adds, LayerNorm's gamma and beta in old
 * files, and what no encoder needs: the pooler, heads of language models, stored position numbers.
 */
function bertName(foreign: string): string | null {
  const name = foreign.replace(/^bert\./, "").replace(/\.gamma$/, ".weight").replace(/\.beta$/, ".bias");
  return /^(pooler|cls)\.|\bposition_ids$/.test(name) ? null : `bert.${name}`;
}

function projectionName(ours: string, name: string): string {
  const [position, ...rest] = name.split(".");
  return [ours, PROJECTION[position] ?? position, ...rest].join(".");
}
