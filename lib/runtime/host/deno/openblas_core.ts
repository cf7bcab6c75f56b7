import { readFileSync } from "node:fs";

/** OpenBLAS names of processors without AVX2; a processor too new for OpenBLAS is given one of these names too. */
const OLD = [
  ...["Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Atom", "Core2", "Penryn", "Dunnington"],
  ...["Nehalem", "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Nano", "Generic"],
];

/** Instruction sets that each of its newer forms needs, best first. */
const NEWER: Record<string, readonly string[]> = {
  SkylakeX: ["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"],
  Haswell: ["avx2", "fma"],
};

/**
 * The form of OpenBLAS that a processor with these flags should run, where OpenBLAS has chosen one that is several times
 * slower; null where it chose well. Releases choose by lists of models, so that each is blind to processors made after it.
 */
export function betterCore(chosen: string, flags: ReadonlySet<string>): string | null {
  if (!OLD.includes(chosen)) return null;
  const fits = Object.entries(NEWER).find(([, needed]) => needed.every((flag) => flags.has(flag)));
  return fits?.[0] ?? null;
}

/** The instruction sets of this processor, as Linux names them; none where nobody says. */
export function processorFlags(): Set<string> {
  try {
    const [, flags = ""] = /^flags\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8")) ?? [];
    return new Set(flags.split(" "));
  } catch {
    return new Set();
  }
}
