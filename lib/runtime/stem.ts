import { basename, resolve } from "./paths.ts";

/** A file's name without folder and endings, for names of results. */
export function stemOf(path: string): string {
  return basename(resolve(path)).replace(
    /(\.(h5ad|h5mu|h5|loom|zarr|zip|csv|tsv|txt|rds|rda|rdata|gz|bz2|xz))+$/i,
    "",
  ).replaceAll(
    /[^A-Za-z0-9_.+-]/g,
    "_",
  ) || "cells";
}
