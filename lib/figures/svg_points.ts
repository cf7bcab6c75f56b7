const GROUP = /<g class="points">((?:<path class="point"[^>]*\/>)+)<\/g>/g;
const POINT = /<path class="point"[^>]*\/>/g;
const CIRCLE = /^M([\d.]+),0A/;
const FEW = 50;

/**
 * Draws many round points of one size as dots of a path (zero-length strokes with round ends), one path a
 * colour, which is a tenth of the size. Other symbols, and groups of fewer than 50 points, are left alone.
 */
export function mergePoints(svg: string): string {
  return svg.replace(GROUP, (group, inside: string) => {
    const tags = inside.match(POINT) ?? [];
    if (tags.length < FEW) return group;
    const points = tags.map(pointOf);
    const alike = points.every((point) => point.radius > 0 && point.look === points[0].look);
    return alike ? `<g class="points" style="${points[0].look}">${dots(points)}</g>` : group;
  });
}

interface Point {
  readonly at: string;
  readonly radius: number;
  readonly color: string;
  /** Everything of the style that all points must share. */
  readonly look: string;
}

function pointOf(tag: string): Point {
  const radius = Number(CIRCLE.exec(attribute(tag, "d"))?.[1] ?? 0);
  const [x, y] = (attribute(tag, "transform").match(/[-\d.]+/g) ?? []).map((n) =>
    Math.round(Number(n) * 10) / 10
  );
  const style = attribute(tag, "style");
  const color = hex(/fill: rgb\(([^)]*)\)/.exec(style)?.[1] ?? "");
  const opacity = /(?:^|; )opacity: ([\d.]+)/.exec(style)?.[1] ?? "1";
  const look = `fill:none;stroke-linecap:round;stroke-width:${2 * radius};stroke-opacity:${opacity}`;
  return { at: `M${x},${y}h0`, radius, color, look };
}

const attribute = (tag: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "";

const hex = (rgb: string) =>
  "#" + rgb.split(", ").map((n) => Number(n).toString(16).padStart(2, "0")).join("");

function dots(points: Point[]): string {
  const byColor = Map.groupBy(points, (point) => point.color);
  return [...byColor].map(([color, members]) =>
    `<path stroke="${color}" d="${members.map((point) => point.at).join("")}"/>`
  ).join("");
}
