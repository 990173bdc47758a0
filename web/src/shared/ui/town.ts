/** The town behind every scene, as a few SVG paths. Always the same town: it is a place, not noise. */
export const TOWN_WIDTH = 1920;
export const TOWN_HEIGHT = 372;
/** The sky repeats at this height. */
export const STARS_HEIGHT = 290;
const CELL = 4;
/** Ordered dither, the drawing's only texture. */
const BAYER = [
  [0, 8, 2, 10],
  [12, 4, 14, 6],
  [3, 11, 1, 9],
  [15, 7, 13, 5],
];

export interface Town {
  stars: string;
  farHill: string;
  houses: string;
  masts: string;
  windows: string;
  midHill: string;
  midDither: string;
  paperDither: string;
  /** Where the ground begins and where paper does. */
  groundY: number;
  paperY: number;
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

function hill(base: number, height: number, length: number, shift: number): string {
  let path = `M0 ${TOWN_HEIGHT}`;
  for (let x = 0; x <= TOWN_WIDTH; x += 16) {
    const y =
      base - height * (0.5 + 0.35 * Math.sin((x + shift) / length) + 0.15 * Math.sin((x + shift) / (length * 0.37)));
    path += `L${x} ${y.toFixed(1)}`;
  }
  return `${path}L${TOWN_WIDTH} ${TOWN_HEIGHT}Z`;
}

/** Squares on a grid whose share grows from none at the first row to all at the last. */
function dither(from: number, rows: number): string {
  let path = "";
  for (let row = 0; row < rows; row += 1) {
    const share = (row + 1) / (rows + 1);
    for (let column = 0; column < 4; column += 1) {
      if (((BAYER[row % 4]?.[column] ?? 0) + 0.5) / 16 < share) {
        path += `M${column * CELL} ${from + row * CELL}h${CELL}v${CELL}h-${CELL}z`;
      }
    }
  }
  return path;
}

function build(): Town {
  const next = random(42);
  const groundY = TOWN_HEIGHT - 54;
  const paperY = TOWN_HEIGHT - 24;
  let stars = "";
  for (let count = 0; count < 170; count += 1) {
    const size = next() < 0.4 ? 3 : 2;
    stars += `M${Math.round(next() * TOWN_WIDTH)} ${Math.round(next() * (STARS_HEIGHT - 4))}h${size}v${size}h-${size}z`;
  }
  let houses = "";
  let masts = "";
  let windows = "";
  for (let x = 4; x < TOWN_WIDTH - 20; ) {
    const width = 10 + Math.floor(next() * 4) * 2;
    const tall = 26 + 34 * (0.5 + 0.5 * Math.sin(x / 90)) * next() + 14 * next();
    const top = Math.round(groundY - 12 - tall);
    houses += `M${x} ${top}h${width}v${groundY - top}h-${width}z`;
    if (next() < 0.2) masts += `M${x + width / 2} ${top}v-14m-4 4h8m-6 4h4`;
    if (next() < 0.62) windows += `M${x + 4} ${top + 6}h3v4h-3z`;
    if (next() < 0.2) windows += `M${x + 4} ${top + 18}h3v4h-3z`;
    x += width + 6 + Math.floor(next() ** 2 * 26);
  }
  return {
    stars,
    houses,
    masts,
    windows,
    farHill: hill(groundY - 22, 40, 130, 60),
    midHill: hill(groundY - 2, 22, 105, 300),
    midDither: dither(groundY - 12, 3),
    paperDither: dither(paperY - 12, 5),
    groundY,
    paperY: paperY + 8,
  };
}

export const town = build();
