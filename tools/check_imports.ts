import { dirname, join, normalize } from "node:path";
import type { SourceFile } from "./check_house.ts";

/**
 * The rooms of lib, lowest first: a room imports only rooms above it in this list, and enters them by a `mod.ts`.
 * The ground knows no biology; the method is what the paper is about; the last are what people do.
 */
export const ROOMS = [
  ...["tensor", "runtime", "kernels", "matrix", "data", "nn", "train", "baselines", "metrics", "figures"],
  ...["ontology", "genes", "text", "cell", "simulate"],
  ...["annotate", "experiments", "chapters", "notebook", "cli"],
] as const;

/** The experiments, lowest first: a later one may build on an earlier one. */
export const EXPERIMENTS = [
  ...["pretrain", "text", "finetune", "spatial", "cell_cycle", "novel", "atlas", "perturb", "zero_shot"],
] as const;

/** One import: the file it stands in and the file it names, both as paths from the root. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every import that breaks a rule: upwards, past a door, from the chapters, or in a circle of files. */
export function importProblems(files: readonly SourceFile[]): string[] {
  const imports = files.flatMap(importsOf);
  return [
    ...imports.flatMap(directionProblems),
    ...imports.flatMap(doorProblems),
    ...circleProblems(imports),
  ];
}

/** The imports of a file that stay in this repository. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const names = text.matchAll(
    /^(?:import|export)\s(?:[^;"']*?\sfrom\s+)?["']([^"']+)["']|\bimport\(["']([^"']+)["']\)/gm,
  );
  return [...names].map(([, quoted, dynamic]) => quoted ?? dynamic)
    .filter((name) => /^\.|^(?:lib|tools)\//.test(name))
    .map((name) => ({ from: path, to: name.startsWith(".") ? normalize(join(dirname(path), name)) : name }));
}

/** The room that a path is in, such as "cell" or "experiments/novel"; null outside lib. */
function roomOf(path: string): string | null {
  const [lib, room, inner, file] = path.split("/");
  if (lib !== "lib" || inner === undefined) return null;
  return room === "experiments" && file !== undefined ? `${room}/${inner}` : room;
}

function directionProblems({ from, to }: Import): string[] {
  const [a, b] = [roomOf(from), roomOf(to)];
  if (from.startsWith("tests/")) return [];
  if (a !== "chapters" && b === "chapters") {
    return [`${from}: only notebooks may import lib/chapters (${to})`];
  }
  if (a !== null && to.startsWith("tools/")) return [`${from}: lib must not import tools (${to})`];
  if (a === null || b === null || a === b || levelOf(b) < levelOf(a)) return [];
  return [`${from}: lib/${a} must not import lib/${b} (${to})`];
}

/** The place of a room in the order; experiments lie between the rooms before and after them. */
function levelOf(room: string): number {
  const [name, experiment] = room.split("/");
  const level = (ROOMS as readonly string[]).indexOf(name);
  return experiment ? level + (EXPERIMENTS as readonly string[]).indexOf(experiment) / 100 : level;
}

function doorProblems({ from, to }: Import): string[] {
  const room = roomOf(to);
  if (from.startsWith("tests/") || room === null || roomOf(from) === room) {
    const inside = dirname(from) === dirname(to) || from.startsWith("tests/");
    return /\/_[^/]*$/.test(to) && !inside ? [`${from}: ${to} is private to its folder`] : [];
  }
  return to.endsWith("/mod.ts") || room === "chapters"
    ? []
    : [`${from}: enter lib/${room} by a mod.ts, not by ${to}`];
}

/** Circles of files in lib, each named once, by the files on it. */
function circleProblems(imports: readonly Import[]): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) {
    if (roomOf(from) !== null) targets.set(from, [...targets.get(from) ?? [], to]);
  }
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, way: readonly string[]) => {
    const start = way.indexOf(file);
    if (start >= 0) circles.push(`circle of files: ${[...way.slice(start), file].join(" -> ")}`);
    if (start >= 0 || done.has(file)) return;
    for (const next of targets.get(file) ?? []) walk(next, [...way, file]);
    done.add(file);
  };
  for (const file of targets.keys()) walk(file, []);
  return circles;
}
