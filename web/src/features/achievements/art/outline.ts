/** Closed outlines written with absolute M, L, C and Z only: enough to draw a badge, simple enough to reason about. */

export type Point = readonly [x: number, y: number];

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const STEPS_PER_CURVE = 14;

/** The corners of the outline with its curves cut into short straight pieces. */
export function flatten(d: string): readonly Point[] {
  const points: Point[] = [];
  let at: Point = [0, 0];
  for (const [, command = "", tail = ""] of d.matchAll(/([MLCZ])([^MLCZ]*)/g)) {
    const numbers = [...tail.matchAll(/-?\d*\.?\d+/g)].map((match) => Number(match[0]));
    if (command === "M" || command === "L") {
      for (let i = 0; i + 1 < numbers.length; i += 2) {
        at = [numbers[i] ?? 0, numbers[i + 1] ?? 0];
        points.push(at);
      }
    } else if (command === "C") {
      for (let i = 0; i + 5 < numbers.length; i += 6) {
        const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, x = 0, y = 0] = numbers.slice(i, i + 6);
        points.push(...curve(at, [x1, y1], [x2, y2], [x, y]));
        at = [x, y];
      }
    }
  }
  return points;
}

function curve(a: Point, b: Point, c: Point, d: Point): Point[] {
  return Array.from({ length: STEPS_PER_CURVE }, (_, index) => {
    const t = (index + 1) / STEPS_PER_CURVE;
    const s = 1 - t;
    const mix = (axis: 0 | 1) =>
      s ** 3 * a[axis] + 3 * s * s * t * b[axis] + 3 * s * t * t * c[axis] + t ** 3 * d[axis];
    return [mix(0), mix(1)] as const;
  });
}

export function boxOf(points: readonly Point[]): Box {
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** Even-odd test, so that the notch of an omega counts as outside. */
export function contains(points: readonly Point[], [x, y]: Point): boolean {
  let inside = false;
  for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
    const [xi, yi] = points[i] ?? [0, 0];
    const [xj, yj] = points[j] ?? [0, 0];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** A round outline of `count` waves between two radii: petals when `soft`, teeth when not. */
export function wavy(count: number, inner: number, outer: number, soft: boolean, centre: Point = [47, 47]): string {
  const at = (radius: number, turn: number) => {
    const angle = (turn / count) * 2 * Math.PI - Math.PI / 2;
    return `${(centre[0] + radius * Math.cos(angle)).toFixed(1)} ${(centre[1] + radius * Math.sin(angle)).toFixed(1)}`;
  };
  const bulge = outer * 1.045;
  const parts = Array.from({ length: count }, (_, i) =>
    soft
      ? `C${at(bulge, i - 0.32)} ${at(bulge, i + 0.32)} ${at(inner, i + 0.5)}`
      : `L${at(outer, i)}L${at(inner, i + 0.5)}`,
  );
  return `M${at(inner, -0.5)}${parts.join("")}Z`;
}
