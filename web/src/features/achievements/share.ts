import { drawBadge, type Paper } from "./art/badge-art";
import { svgMarkup } from "./art/markup";
import { shapeNamed } from "./art/shapes";
import { signNamed } from "./art/signs";

/** A picture leaves the app: it carries the light paper's colours whatever the scheme here. */
const PRINT: Paper = { pale: "#ede7dc", pencil: "#5d5766", rim: "none", warning: "#f6c453", onWarning: "#231f2c" };
const PAPER = "#f7f3ec";
const SHELF = "#ddd5c8";
const INK = "#231f2c";
const INK2 = "#5d5766";
const SIDE = 1080;
const BADGE = 620;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

export interface BadgePicture {
  readonly shape: string;
  readonly icon: string;
  readonly tiers: { readonly reached: number; readonly count: number };
  readonly name: string;
  /** Under the name: when it was earned and where. */
  readonly line: string;
  readonly file: string;
}

/** The earned badge on its shelf with its name, as a square PNG. */
export async function badgePicture(picture: BadgePicture): Promise<File> {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const brush = canvas.getContext("2d");
  if (!brush) throw new Error("this browser cannot draw pictures");
  brush.fillStyle = PAPER;
  brush.fillRect(0, 0, SIDE, SIDE);
  brush.fillStyle = SHELF;
  brush.fillRect(140, 80 + BADGE * 0.94, SIDE - 280, 10);
  brush.drawImage(await loadImage(badgeSvg(picture)), (SIDE - BADGE) / 2, 80 - BADGE * 0.035, BADGE, BADGE);
  brush.textAlign = "center";
  write(brush, picture.name, 840, `700 72px ${FONT}`, INK);
  write(brush, picture.line, 920, `400 38px ${FONT}`, INK2);
  write(brush, "Ωmenigen", 1020, `700 34px ${FONT}`, INK2);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("the picture could not be written");
  return new File([blob], picture.file, { type: "image/png" });
}

/** The drawing alone, as a standalone SVG. */
export function badgeSvg({ shape, icon, tiers }: Pick<BadgePicture, "shape" | "icon" | "tiers">): string {
  const look = {
    shape: shapeNamed(shape),
    sign: signNamed(icon),
    state: "earned" as const,
    share: 1,
    tiers,
    small: false,
  };
  return svgMarkup(drawBadge(look, PRINT, "print"), BADGE);
}

export function canShareFiles(): boolean {
  if (typeof navigator.canShare !== "function") return false;
  return navigator.canShare({ files: [new File([""], "badge.png", { type: "image/png" })] });
}

export function saveFile(file: File): void {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement("a"), { href: url, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function loadImage(svg: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  return image;
}

/** One line, made smaller until it fits. */
function write(brush: CanvasRenderingContext2D, text: string, y: number, font: string, colour: string): void {
  brush.font = font;
  brush.fillStyle = colour;
  const room = SIDE - 120;
  const width = brush.measureText(text).width;
  if (width > room)
    brush.font = font.replace(/(\d+)px/, (_, size: string) => `${Math.floor((Number(size) * room) / width)}px`);
  brush.fillText(text, SIDE / 2, y);
}
