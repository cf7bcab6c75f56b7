/** Hands a file to the browser, which asks where to save it or puts it where it puts all. */
export function saveAs({ name, blob }: { readonly name: string; readonly blob: Blob }): void {
  const href = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
