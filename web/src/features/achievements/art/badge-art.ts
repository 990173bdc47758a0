import { contains, type Point } from "./outline";
import { CREAM, type Palette, paletteFor } from "./palette";
import { type Engraving, geometryOf, SHAPES, type ShapeName } from "./shapes";
import { SIGNS, type SignName } from "./signs";

/** One SVG element without a framework: the page mounts it, sharing writes it to a file. */
export interface Drawn {
  readonly tag: "g" | "path" | "rect" | "clipPath" | "text";
  readonly attrs: Readonly<Record<string, string | number>>;
  readonly children?: readonly Drawn[];
  readonly text?: string;
}

/** Colours of the paper on which the badge stands; CSS variables on a page, plain colours in a file. */
export interface Paper {
  readonly pale: string;
  readonly pencil: string;
  /** Thin rim that keeps the ink visible on dark paper. */
  readonly rim: string;
  readonly warning: string;
  readonly onWarning: string;
}

export type BadgeState = "earned" | "progress" | "closed" | "disputed";

export interface BadgeLook {
  readonly shape: ShapeName;
  readonly sign: SignName;
  readonly state: BadgeState;
  /** Filled part of the height, 0…1; read only in progress. */
  readonly share: number;
  /** Tiers reached and tiers there are; fewer than two draw nothing. */
  readonly tiers: { readonly reached: number; readonly count: number };
  /** Below 44 px details are left out and the sign grows. */
  readonly small: boolean;
}

export const CANVAS = 96;
export const OUTLINE = 3.5;
/** Where the ink plate lies behind the enamel. */
export const PLATE: Point = [2.6, 4.2];

const PENCIL = 2.4;
const FRAME = 12.5;
const MAX_PIPS = 5;
const BAYER = [
  [0, 8, 2, 10],
  [12, 4, 14, 6],
  [3, 11, 1, 9],
  [15, 7, 13, 5],
] as const;
const DUSK: Point = [0.63, 0.77];

/** Everything inside the `<svg>` of one badge; `id` keeps clip paths of neighbours apart. */
export function drawBadge(look: BadgeLook, paper: Paper, id: string): readonly Drawn[] {
  if (look.state === "closed") return closed(look, paper);
  const share = look.state === "progress" ? clamp(look.share) : 1;
  if (share <= 0) return outlined(look, paper);
  if (share >= 1) {
    const whole = enamel(look, paper, id, null);
    return look.state === "disputed" ? [...whole, doubt(paper)] : whole;
  }
  const fill = fillBox(look.shape, share);
  return [
    ...outlined(look, paper),
    { tag: "clipPath", attrs: { id: `${id}-fill` }, children: [{ tag: "rect", attrs: { ...fill } }] },
    { tag: "g", attrs: { clipPath: `url(#${id}-fill)` }, children: enamel(look, paper, id, fill.y) },
  ];
}

/** The filled part, measured on the silhouette with its outline; the plate below shows as soon as filling began. */
export function fillBox(shape: ShapeName, share: number): { x: number; y: number; width: number; height: number } {
  const { box } = geometryOf(shape);
  const top = box.top - OUTLINE / 2;
  const bottom = box.bottom + OUTLINE / 2;
  const y = bottom - clamp(share) * (bottom - top);
  return { x: 0, y: round(y), width: CANVAS, height: round(CANVAS - y) };
}

export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly deep: boolean;
}

/** Ordered dither that thickens towards the dusk at the lower right; every cell lies wholly on the enamel. */
export function ditherCells(shape: ShapeName, small: boolean): readonly Cell[] {
  const { points, box } = geometryOf(shape);
  const size = small ? 6 : 4;
  const middle: Point = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const reach = ((box.right - box.left) * DUSK[0] + (box.bottom - box.top) * DUSK[1]) / 2;
  const cells: Cell[] = [];
  for (let row = 0; row * size < CANVAS; row += 1) {
    for (let column = 0; column * size < CANVAS; column += 1) {
      const x = column * size;
      const y = row * size;
      const dusk = ((x + size / 2 - middle[0]) * DUSK[0] + (y + size / 2 - middle[1]) * DUSK[1]) / reach;
      const threshold = ((BAYER[row % 4]?.[column % 4] ?? 0) + 0.5) / 16;
      const corners: Point[] = [
        [x, y],
        [x + size, y],
        [x, y + size],
        [x + size, y + size],
      ];
      if ((dusk - 0.04) / 0.7 > threshold && corners.every((corner) => contains(points, corner))) {
        cells.push({ x, y, size, deep: dusk > 0.4 });
      }
    }
  }
  return cells;
}

/** An enamel pin: ink plate, deep field, bright frame lit from the upper left, outline, sign, tiers. */
function enamel(look: BadgeLook, paper: Paper, id: string, waterline: number | null): readonly Drawn[] {
  const { d, hue, engravings } = SHAPES[look.shape];
  const palette = paletteFor(hue);
  const cells = ditherCells(look.shape, look.small);
  const inset = look.small ? "-3 -3" : "-3.5 -3.5";
  const frame = { fill: "none", strokeWidth: look.small ? FRAME - 1.5 : FRAME, strokeLinejoin: "round" };
  const inside: Drawn[] = [
    path(d, { fill: palette.half }),
    path(d, { fill: palette.field, transform: `translate(${inset})` }),
    ...highlights(look.shape, palette),
    path(squares(cells.filter((cell) => !cell.deep)), { fill: palette.half }),
    path(squares(cells.filter((cell) => cell.deep)), { fill: palette.deep }),
    path(d, { ...frame, stroke: palette.base }),
    path(d, { ...frame, stroke: palette.light, clipPath: `url(#${id}-lit)` }),
    ...engravings.map((line) => engraved(line, palette)),
    ...(waterline === null
      ? []
      : [path(`M0 ${waterline + 0.9}H${CANVAS}`, { stroke: palette.light, strokeWidth: 1.8, fill: "none" })]),
  ];
  return [
    path(d, { fill: "none", stroke: paper.rim, strokeWidth: OUTLINE + 2.4, strokeLinejoin: "round" }),
    path(d, plate(palette.ink, paper.rim, OUTLINE + 2.4, 1)),
    path(d, plate(palette.ink, palette.ink, OUTLINE, 0.5)),
    path(d, plate(palette.ink, palette.ink, OUTLINE, 1)),
    { tag: "clipPath", attrs: { id: `${id}-body` }, children: [path(d, {})] },
    { tag: "clipPath", attrs: { id: `${id}-lit` }, children: [path("M0 0L93 0L0 93Z", {})] },
    { tag: "g", attrs: { clipPath: `url(#${id}-body)` }, children: inside },
    path(d, {
      fill: "none",
      stroke: palette.ink,
      strokeWidth: look.small ? OUTLINE + 1 : OUTLINE,
      strokeLinejoin: "round",
    }),
    ...signed(look, palette),
    ...pips(look, palette),
  ];
}

function plate(fill: string, stroke: string, strokeWidth: number, share: number): Drawn["attrs"] {
  return {
    fill,
    stroke,
    strokeWidth,
    strokeLinejoin: "round",
    transform: `translate(${PLATE[0] * share} ${PLATE[1] * share})`,
  };
}

/** Light falls from the upper left: one broad facet and one thin stripe beside it. */
function highlights(shape: ShapeName, palette: Palette): Drawn[] {
  const { box } = geometryOf(shape);
  const { sign } = SHAPES[shape];
  const middle = (box.left + box.right) / 2 + (box.top + box.bottom) / 2;
  const facet = Math.min(middle - 25, sign.x + sign.y - 20);
  const band = (from: number, to: number) => `M${from} 0L${to} 0L0 ${to}L0 ${from}Z`;
  return [
    path(`M0 0L${facet} 0L0 ${facet}Z`, { fill: palette.light }),
    path(band(facet + 4, facet + 7.5), { fill: palette.light }),
  ];
}

function engraved(line: Engraving, palette: Palette): Drawn {
  return path(line.d, {
    fill: "none",
    stroke: palette[line.tone],
    strokeWidth: line.width,
    strokeLinecap: "round",
    strokeLinejoin: "round",
  });
}

/** The sign in cream, edged with ink that is heavier below, so that it reads on any enamel. */
function signed(look: BadgeLook, palette: Palette): Drawn[] {
  const placed = signTransform(look);
  const stroke = look.small ? 2.7 : 2.1;
  return [
    path(SIGNS[look.sign], { ...line(palette.ink, stroke + 2.1), transform: `translate(.8 1.3) ${placed}` }),
    path(SIGNS[look.sign], { ...line(palette.ink, stroke + 1.7), transform: placed }),
    path(SIGNS[look.sign], { ...line(CREAM, stroke), transform: placed }),
  ];
}

function signTransform(look: BadgeLook): string {
  const { sign } = SHAPES[look.shape];
  const scale = sign.scale * (look.small ? 1.12 : 1);
  return `translate(${round(sign.x - 12 * scale)} ${round(sign.y - 12 * scale)}) scale(${round(scale)})`;
}

function outlined(look: BadgeLook, paper: Paper): readonly Drawn[] {
  return [
    path(SHAPES[look.shape].d, {
      fill: paper.pale,
      stroke: paper.pencil,
      strokeWidth: look.small ? PENCIL + 1 : PENCIL,
      strokeLinejoin: "round",
    }),
    path(SIGNS[look.sign], { ...line(paper.pencil, look.small ? 2 : 1.5), transform: signTransform(look) }),
  ];
}

function closed(look: BadgeLook, paper: Paper): readonly Drawn[] {
  return [
    path(SHAPES[look.shape].d, {
      fill: paper.pale,
      stroke: paper.pencil,
      strokeWidth: look.small ? PENCIL + 1.2 : PENCIL,
      strokeDasharray: look.small ? "7 6.5" : "4.6 4.2",
      strokeLinecap: "butt",
      strokeLinejoin: "round",
    }),
    path(SIGNS.lock, { ...line(paper.pencil, look.small ? 2.2 : 1.6), transform: signTransform(look) }),
  ];
}

/** Tiers: one square each along the foot, cream when reached; more than five become a number. */
function pips(look: BadgeLook, palette: Palette): Drawn[] {
  const { reached, count } = look.tiers;
  if (count < 2 || look.small) return [];
  const { bottom } = geometryOf(look.shape).box;
  if (count > MAX_PIPS) return numberPlate(`${reached}/${count}`, bottom, palette);
  const size = 5;
  const gap = 3;
  const width = count * size + (count - 1) * gap;
  const left = 48 - width / 2;
  const frame: Drawn = {
    tag: "rect",
    attrs: { x: left - 3.5, y: bottom - 5, width: width + 7, height: size + 6.5, rx: 2.5, fill: palette.ink },
  };
  const marks = Array.from(
    { length: count },
    (_, index): Drawn => ({
      tag: "rect",
      attrs: {
        x: left + index * (size + gap),
        y: bottom - 1.7,
        width: size,
        height: size,
        fill: index < reached ? CREAM : palette.deep,
      },
    }),
  );
  return [frame, ...marks];
}

function numberPlate(text: string, bottom: number, palette: Palette): Drawn[] {
  const width = text.length * 6.4 + 8;
  return [
    { tag: "rect", attrs: { x: 48 - width / 2, y: bottom - 7.5, width, height: 13.5, rx: 2.5, fill: palette.ink } },
    {
      tag: "text",
      attrs: { x: 48, y: bottom + 2.9, fill: CREAM, fontSize: 10.5, fontWeight: 700, textAnchor: "middle" },
      text,
    },
  ];
}

function doubt(paper: Paper): Drawn {
  return {
    tag: "g",
    attrs: { transform: "translate(76 18)" },
    children: [
      path("M0 -11L12 10L-12 10Z", {
        fill: paper.warning,
        stroke: paper.onWarning,
        strokeWidth: 2.6,
        strokeLinejoin: "round",
      }),
      path("M0 -3L0 3M0 6.6L0 6.7", line(paper.onWarning, 3)),
    ],
  };
}

function path(d: string, attrs: Drawn["attrs"]): Drawn {
  return { tag: "path", attrs: { d, ...attrs } };
}

function line(stroke: string, strokeWidth: number): Drawn["attrs"] {
  return { fill: "none", stroke, strokeWidth, strokeLinecap: "round", strokeLinejoin: "round" };
}

function squares(cells: readonly Cell[]): string {
  return cells.map(({ x, y, size }) => `M${x} ${y}h${size}v${size}h${-size}Z`).join("");
}

function clamp(share: number): number {
  return Number.isFinite(share) ? Math.max(0, Math.min(1, share)) : 0;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
