import { type Box, boxOf, flatten, type Point, wavy } from "./outline";

/** A line drawn inside a shape: a crack, a page, a hoop. */
export interface Engraving {
  readonly d: string;
  readonly tone: "ink" | "light" | "deep";
  readonly width: number;
}

/** The silhouette of one family of badges on a 96 × 96 canvas; the ground is y = 87. */
export interface Shape {
  readonly d: string;
  /** Hue of the enamel, degrees in OKLCH. */
  readonly hue: number;
  /** Where the sign stands and how much a 24-unit icon is enlarged. */
  readonly sign: { readonly x: number; readonly y: number; readonly scale: number };
  readonly engravings: readonly Engraving[];
}

const ink = (d: string, width = 2.4): Engraving => ({ d, tone: "ink", width });
const light = (d: string, width = 2): Engraving => ({ d, tone: "light", width });
const deep = (d: string, width = 2.4): Engraving => ({ d, tone: "deep", width });
const shape = (
  d: string,
  hue: number,
  [x, y, scale]: readonly [number, number, number],
  ...engravings: Engraving[]
): Shape => ({ d, hue, sign: { x, y, scale }, engravings });

export const SHAPES = {
  bulb: shape(
    "M25 87L25 80L28 77L28 69C20 62 13 54 13 41C13 22.5 28 8 47 8C66 8 81 22.5 81 41C81 54 74 62 66 69L66 77L69 80L69 87Z",
    66,
    [47, 40, 1.55],
    ink("M30 77.5L64 77.5"),
  ),
  omega: shape(
    "M8 87L8 73L23 73C14.5 66 9 56 9 45C9 24 26 7 47 7C68 7 85 24 85 45C85 56 79.5 66 71 73L86 73L86 87L53 87L53 74.5C56.5 72.5 58.5 69 58.5 65.5C58.5 59 53.5 54.5 47 54.5C40.5 54.5 35.5 59 35.5 65.5C35.5 69 37.5 72.5 41 74.5L41 87Z",
    178,
    [47, 32, 1.4],
  ),
  keyhole: shape(
    "M20 87L32.5 57C25 52.5 20 44.5 20 35C20 20 32 8 47 8C62 8 74 20 74 35C74 44.5 69 52.5 61.5 57L74 87Z",
    42,
    [47, 37, 1.45],
  ),
  circle: shape("M47 9C68 9 85 26 85 47C85 68 68 85 47 85C26 85 9 68 9 47C9 26 26 9 47 9Z", 255, [47, 47, 1.7]),
  shield: shape(
    "M47 7C57 14 69 17.5 82 18L82 45C82 66 67 80 47 88C27 80 12 66 12 45L12 18C25 17.5 37 14 47 7Z",
    122,
    [47, 46, 1.65],
  ),
  crystal: shape(
    "M47 7L82 17L79 40L87 58L62 88L47 79L32 88L7 58L15 40L12 17Z",
    2,
    [47, 46, 1.55],
    light("M15 40L27 30L47 7M79 40L66 30"),
    ink("M82 17L72 25L75 32L66 38", 2.2),
    deep("M7 58L24 66L32 88M87 58L71 66L62 88"),
  ),
  book: shape(
    "M47 19C39 11 24 10 9 14L9 80C24 76 39 78 47 87C55 78 70 76 85 80L85 14C70 10 55 11 47 19Z",
    24,
    [47, 48, 1.55],
    ink("M47 19L47 27M47 70L47 87"),
    deep(
      "M16 23C22 21.5 28 21.5 34 23.5M60 23.5C66 21.5 72 21.5 78 23M16 70C22 68.5 28 69 34 71M60 71C66 69 72 68.5 78 70",
      2,
    ),
  ),
  lantern: shape(
    "M39 7L55 7L57 15L73 24L73 31L69 33C77 44 77 60 69 71L75 74L75 87L19 87L19 74L25 71C17 60 17 44 25 33L21 31L21 24L37 15Z",
    78,
    [47, 51.5, 1.45],
    ink("M25 32L69 32M25 72.5L69 72.5"),
  ),
  flame: shape(
    "M53 6C55 21 67 29 74 42C84 61 75 87 47 88C19 87 10 61 21 42C24 49 27 52 32 52C27 35 38 17 53 6Z",
    32,
    [47, 58, 1.4],
  ),
  hexagon: shape(
    "M47 7L83 27L83 68L47 88L11 68L11 27Z",
    222,
    [47, 47.5, 1.65],
    light("M18 31L47 15L76 31", 1.8),
    deep("M18 64L47 80L76 64", 2),
  ),
  rosette: shape(wavy(10, 34.5, 40.5, true), 305, [47, 47, 1.6]),
  egg: shape(
    "M47 7C67 7 82 36 82 55C82 75 67 88 47 88C27 88 12 75 12 55C12 36 27 7 47 7Z",
    278,
    [47, 52, 1.6],
    ink("M66 19L62 26L68 31L64 37", 2.2),
  ),
  banner: shape("M8 8L86 8L86 19L81 19L81 88L47 74L13 88L13 19L8 19Z", 150, [47, 46, 1.6], ink("M8 19.5L86 19.5")),
  gem: shape(
    "M25 11L69 11L87 36L47 88L7 36Z",
    205,
    [47, 40, 1.4],
    light("M25 11L29 34L7 36M69 11L65 34", 1.8),
    deep("M65 34L87 36M29 60L47 88L65 60", 2),
  ),
  arch: shape(
    "M9 87L9 77L15 77L15 40C15 22 29 8 47 8C65 8 79 22 79 40L79 77L85 77L85 87Z",
    238,
    [47, 46, 1.6],
    ink("M15 77.5L79 77.5"),
  ),
  lighthouse: shape(
    "M17 87L17 79L25 77L30 53L20 53L20 45L26 43L26 33C26 19 35 7 47 7C59 7 68 19 68 33L68 43L74 45L74 53L64 53L69 77L77 79L77 87Z",
    255,
    [47, 44, 1.3],
  ),
  tower: shape(
    "M14 8L29 8L29 15L39.5 15L39.5 8L54.5 8L54.5 15L65 15L65 8L80 8L80 32L72 40L76 87L18 87L22 40L14 32Z",
    330,
    [47, 55, 1.45],
    ink("M24 38.5L70 38.5"),
  ),
  leaf: shape(
    "M83 9C89 48 79 87 44 88C18 88 7 66 11 46C17 19 53 23 83 9Z",
    138,
    [45, 54, 1.5],
    deep("M83 9C77 20 72 26 66 31", 2.2),
  ),
  drop: shape("M47 6C54 24 80 40 80 60C80 76 65 88 47 88C29 88 14 76 14 60C14 40 40 24 47 6Z", 192, [47, 57, 1.5]),
  burst: shape(wavy(12, 34, 41.5, false), 92, [47, 47, 1.5]),
  house: shape("M47 6L87 40L76 46L76 87L18 87L18 46L7 40Z", 54, [47, 55, 1.5], deep("M23 41L47 21L71 41", 2.2)),
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof SHAPES;

export const SHAPE_NAMES = Object.keys(SHAPES) as readonly ShapeName[];

export function isShapeName(name: string): name is ShapeName {
  return Object.hasOwn(SHAPES, name);
}

/** A shape that is not drawn yet borrows one of ours, always the same one for the same name. */
export function shapeNamed(name: string): ShapeName {
  if (isShapeName(name)) return name;
  const sum = [...name].reduce((total, letter) => total * 31 + letter.charCodeAt(0), 7) >>> 0;
  return SHAPE_NAMES[sum % SHAPE_NAMES.length] ?? "circle";
}

export interface Geometry {
  readonly points: readonly Point[];
  readonly box: Box;
}

const geometries = new Map<ShapeName, Geometry>();

export function geometryOf(name: ShapeName): Geometry {
  const known = geometries.get(name);
  if (known) return known;
  const points = flatten(SHAPES[name].d);
  const geometry = { points, box: boxOf(points) };
  geometries.set(name, geometry);
  return geometry;
}
