/** A file of ours that the page brings along: its path below the root folder, and its size. */
export interface Asset {
  readonly path: string;
  readonly bytes: number;
}

/** A file of real cells to try, and in one line what it is. */
export interface Example extends Asset {
  readonly what: string;
}

/** A step of the lesson, in the words of chapter 0. */
export interface LessonStep {
  readonly title: string;
  readonly text: string;
}

/** What `deno task web:build` wrote beside the page. */
export interface Manifest {
  /** The same for the same files. */
  readonly version: string;
  /** What naming cells takes: kernels, tables, the checkpoint. */
  readonly assets: readonly Asset[];
  /** What a compute worker takes of them. */
  readonly kernels: readonly Asset[];
  /** Cells that one click names. */
  readonly example: Example;
  readonly lesson: readonly LessonStep[];
}
