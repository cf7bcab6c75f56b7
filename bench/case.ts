import type { Form } from "./twin.ts";

/** What one run of a case takes; all counts are of useful work, not of what an implementation happens to do. */
export interface Work {
  /** Floating-point operations, a multiply-add as two. */
  readonly flops: number;
  /** Bytes of tensors that must be read and written at least; left out for whole models. */
  readonly bytes?: number;
  /** Cells or texts of one run, for models. */
  readonly items?: number;
}

/** One thing to time on both sides. */
export interface Case {
  readonly work: Work;
  /** What the PyTorch twin builds (torch/twin.py). */
  readonly spec: Record<string, unknown>;
  /** Forms of the twin that are timed beside "eager". */
  readonly forms?: readonly Form[];
  /** Runs once and gives mean absolute values of what it computes; the twin must give the same. */
  check(): number[];
  /** Largest relative difference of a check value; default 0.002. */
  readonly tolerance?: number;
  run(): void | Promise<void>;
  dispose(): void;
}

/** A case that is built when its turn comes. */
export interface CaseEntry {
  readonly name: string;
  readonly scale: string;
  /** Sizes in words. */
  readonly shape: string;
  /** Report the best sample in place of the median, for what stands for a limit. */
  readonly best?: true;
  create(): Case | Promise<Case>;
}
