/** Enamel of one badge, mixed from a single hue in OKLCH so that every family sits in the same light. */
export interface Palette {
  readonly light: string;
  readonly base: string;
  /** The deeper enamel in the middle, on which the cream sign stands. */
  readonly field: string;
  readonly half: string;
  readonly deep: string;
  readonly ink: string;
}

/** Colour of every sign. */
export const CREAM = "#fff8ea";

const SIGN_CONTRAST = 3.05;
const GLOW_HUE = 85;
const DUSK_HUE = 300;

type Rgb = readonly [number, number, number];

const palettes = new Map<number, Palette>();

export function paletteFor(hue: number): Palette {
  const known = palettes.get(hue);
  if (known) return known;
  const field = lightestUnderCream(hue);
  const palette = {
    light: oklch(0.87, 0.085, towards(hue, GLOW_HUE, 20)),
    base: oklch(0.765, chromaAt(hue) - 0.02, hue),
    field: oklch(field, chromaAt(hue), hue),
    half: oklch(field - 0.055, 0.13, towards(hue, DUSK_HUE, 14)),
    deep: oklch(field - 0.16, 0.12, towards(hue, DUSK_HUE, 40)),
    ink: oklch(0.25, 0.055, towards(DUSK_HUE, hue, 14)),
  };
  palettes.set(hue, palette);
  return palette;
}

/** WCAG contrast of two `#rrggbb` colours. */
export function contrast(one: string, other: string): number {
  const [high, low] = [luminance(parse(one)), luminance(parse(other))].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The brightest enamel on which a cream sign still reads: 3 : 1, found by halving. */
function lightestUnderCream(hue: number): number {
  let low = 0.45;
  let high = 0.8;
  for (let i = 0; i < 14; i += 1) {
    const middle = (low + high) / 2;
    if (contrast(CREAM, oklch(middle, chromaAt(hue), hue)) >= SIGN_CONTRAST) low = middle;
    else high = middle;
  }
  return low;
}

/** Yellows and greens go muddy at the common chroma, blues and pinks go thin: lift each a little. */
function chromaAt(hue: number): number {
  return 0.142 + 0.012 * Math.cos(((hue - 40) * Math.PI) / 180);
}

/** `hue` moved along the shorter way to `goal`, at most `limit` degrees. */
function towards(hue: number, goal: number, limit: number): number {
  const gap = ((goal - hue + 540) % 360) - 180;
  return (hue + Math.max(-limit, Math.min(limit, gap)) + 360) % 360;
}

function oklch(lightness: number, chroma: number, hue: number): string {
  let fitting = chroma;
  let rgb = toLinear(lightness, fitting, hue);
  while (fitting > 0 && rgb.some((part) => part < -0.0005 || part > 1.0005)) {
    fitting -= 0.004;
    rgb = toLinear(lightness, Math.max(0, fitting), hue);
  }
  return `#${rgb.map((part) => hex(encode(part))).join("")}`;
}

/** Ottosson's OKLab to linear sRGB. */
function toLinear(lightness: number, chroma: number, hue: number): Rgb {
  const angle = (hue * Math.PI) / 180;
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function encode(part: number): number {
  const value = Math.max(0, Math.min(1, part));
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
}

function decode(part: number): number {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * decode(red) + 0.7152 * decode(green) + 0.0722 * decode(blue);
}

function parse(colour: string): Rgb {
  const part = (from: number) => Number.parseInt(colour.slice(from, from + 2), 16) / 255;
  return [part(1), part(3), part(5)];
}

function hex(part: number): string {
  return Math.round(part * 255)
    .toString(16)
    .padStart(2, "0");
}
