import { CANVAS, type Drawn } from "./badge-art";

/** A complete SVG file of drawn elements. */
export function svgMarkup(drawn: readonly Drawn[], size: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CANVAS} ${CANVAS}" width="${size}" height="${size}">${drawn.map(element).join("")}</svg>`;
}

export function element({ tag, attrs, children = [], text }: Drawn): string {
  const written = Object.entries(attrs).map(([name, value]) => ` ${attribute(name)}="${escaped(String(value))}"`);
  return `<${tag}${written.join("")}>${text === undefined ? "" : escaped(text)}${children.map(element).join("")}</${tag}>`;
}

/** React spells `strokeWidth`, a file `stroke-width`; SVG itself keeps a few humps. */
function attribute(name: string): string {
  return name === "clipPathUnits" ? name : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
