/** A name of at most `length` letters, cut in the middle, since names of types tell apart at both ends. */
export function shorten(name: string, length: number): string {
  if (name.length <= length) return name;
  const half = Math.floor((length - 1) / 2);
  return `${name.slice(0, half).trimEnd()}…${name.slice(-half).trimStart()}`;
}
