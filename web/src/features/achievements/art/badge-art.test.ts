import { describe, expect, it } from "vitest";
import {
  type BadgeLook,
  CANVAS,
  type Drawn,
  ditherCells,
  drawBadge,
  fillBox,
  OUTLINE,
  type Paper,
  PLATE,
} from "./badge-art";
import { element, svgMarkup } from "./markup";
import { boxOf, contains, flatten } from "./outline";
import { CREAM, contrast, paletteFor } from "./palette";
import { geometryOf, isShapeName, SHAPE_NAMES, SHAPES, shapeNamed } from "./shapes";
import { SIGNS, signNamed } from "./signs";

const paper: Paper = { pale: "#ede7dc", pencil: "#5d5766", rim: "none", warning: "#f6c453", onWarning: "#231f2c" };
const look = (part: Partial<BadgeLook>): BadgeLook => ({
  shape: "circle",
  sign: "star",
  state: "earned",
  share: 0,
  tiers: { reached: 0, count: 1 },
  small: false,
  ...part,
});

function all(drawn: readonly Drawn[]): Drawn[] {
  return drawn.flatMap((one) => [one, ...all(one.children ?? [])]);
}

const fills = (drawn: readonly Drawn[]) => all(drawn).map((one) => one.attrs.fill);

describe.each(SHAPE_NAMES)("the %s", (shape) => {
  const { points, box } = geometryOf(shape);

  it("stays on the canvas with its outline and plate", () => {
    expect(box.left - OUTLINE / 2).toBeGreaterThanOrEqual(0);
    expect(box.top - OUTLINE / 2).toBeGreaterThanOrEqual(0);
    expect(box.right + PLATE[0] + OUTLINE / 2).toBeLessThanOrEqual(CANVAS);
    expect(box.bottom + PLATE[1] + OUTLINE / 2).toBeLessThanOrEqual(CANVAS);
  });

  it("stands on the ground", () => {
    expect(box.bottom).toBeGreaterThanOrEqual(84);
    expect(box.bottom).toBeLessThanOrEqual(89);
  });

  it("carries its sign on the enamel", () => {
    const { x, y, scale } = SHAPES[shape].sign;
    const reach = 8 * scale;
    for (const [dx, dy] of [
      [0, 0],
      [reach, 0],
      [-reach, 0],
      [0, -reach],
    ] as const) {
      expect(contains(points, [x + dx, y + dy])).toBe(true);
    }
  });

  it.each([false, true])("keeps every dither square on the enamel (small: %s)", (small) => {
    const cells = ditherCells(shape, small);
    expect(cells.length).toBeGreaterThan(3);
    for (const { x, y, size } of cells) {
      for (const corner of [
        [x, y],
        [x + size, y],
        [x, y + size],
        [x + size, y + size],
      ] as const) {
        expect(contains(points, corner)).toBe(true);
      }
    }
  });

  it("thickens its dither towards the lower right", () => {
    const weight = (wanted: (x: number, y: number) => boolean) =>
      ditherCells(shape, false).filter(({ x, y }) =>
        wanted(x - (box.left + box.right) / 2, y - (box.top + box.bottom) / 2),
      ).length;
    expect(weight((x, y) => x + y > 0)).toBeGreaterThan(4 * weight((x, y) => x + y < 0));
  });

  it.each([0, 0.01, 0.25, 0.5, 0.733, 1])("is filled to %s of its height", (share) => {
    const height = box.bottom - box.top + OUTLINE;
    const fill = fillBox(shape, share);
    expect(box.bottom + OUTLINE / 2 - fill.y).toBeCloseTo(share * height, 1);
    expect(fill.y + fill.height).toBeCloseTo(CANVAS, 1);
  });

  it("reads on its enamel: sign 3 : 1, ink 4.5 : 1", () => {
    const { field, base, ink } = paletteFor(SHAPES[shape].hue);
    expect(contrast(CREAM, field)).toBeGreaterThanOrEqual(3);
    expect(contrast(ink, field)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(ink, base)).toBeGreaterThanOrEqual(4.5);
  });

  it("keeps its edge on both papers", () => {
    const { base, ink } = paletteFor(SHAPES[shape].hue);
    expect(contrast(ink, "#f7f3ec")).toBeGreaterThanOrEqual(3);
    expect(contrast(base, "#121419")).toBeGreaterThanOrEqual(3);
  });
});

describe("states", () => {
  it("fills only the lower part while in progress", () => {
    const drawn = drawBadge(look({ state: "progress", share: 0.4 }), paper, "a");
    const clip = drawn.find((one) => one.tag === "clipPath");
    expect(clip?.children?.[0]?.attrs).toEqual(fillBox("circle", 0.4));
    const filled = drawn.find((one) => one.attrs.clipPath === "url(#a-fill)");
    expect(fills(filled?.children ?? [])).toContain(paletteFor(SHAPES.circle.hue).field);
    expect(drawn[0]?.attrs.fill).toBe(paper.pale);
  });

  it("has no enamel before the first step and no pale part after the last", () => {
    expect(fills(drawBadge(look({ state: "progress", share: 0 }), paper, "a"))).not.toContain(
      paletteFor(SHAPES.circle.hue).field,
    );
    expect(fills(drawBadge(look({ state: "progress", share: 1 }), paper, "a"))).not.toContain(paper.pale);
    expect(fills(drawBadge(look({}), paper, "a"))).not.toContain(paper.pale);
  });

  it("treats a share that is no number as nothing done", () => {
    expect(drawBadge(look({ state: "progress", share: Number.NaN }), paper, "a")).toEqual(
      drawBadge(look({ state: "progress", share: 0 }), paper, "a"),
    );
  });

  it("closes with dashes and a lock, and does not show the sign", () => {
    const parts = all(drawBadge(look({ state: "closed", sign: "moon" }), paper, "a"));
    expect(parts.some((one) => one.attrs.strokeDasharray)).toBe(true);
    expect(parts.some((one) => one.attrs.d === SIGNS.lock)).toBe(true);
    expect(parts.some((one) => one.attrs.d === SIGNS.moon)).toBe(false);
  });

  it("marks a disputed one with a warning over the whole drawing", () => {
    const drawn = drawBadge(look({ state: "disputed" }), paper, "a");
    expect(fills(drawn.slice(-1))).toContain(paper.warning);
  });

  it("shows one square a tier, cream for the reached", () => {
    const squares = (reached: number, count: number) =>
      all(drawBadge(look({ tiers: { reached, count } }), paper, "a")).filter(
        (one) => one.tag === "rect" && one.attrs.width === 5,
      );
    expect(squares(2, 3).map((one) => one.attrs.fill === CREAM)).toEqual([true, true, false]);
    expect(squares(1, 1)).toHaveLength(0);
    const numbered = all(drawBadge(look({ tiers: { reached: 7, count: 12 } }), paper, "a"));
    expect(numbered.find((one) => one.tag === "text")?.text).toBe("7/12");
  });

  it("keeps clip paths of neighbours apart", () => {
    const ids = (id: string) =>
      all(drawBadge(look({ state: "progress", share: 0.5 }), paper, id)).flatMap((one) => one.attrs.id ?? []);
    expect(ids("a").length).toBeGreaterThan(1);
    expect(ids("a").filter((id) => ids("b").includes(id))).toEqual([]);
  });

  it("refers only to clip paths that it draws", () => {
    const markup = svgMarkup(drawBadge(look({ state: "progress", share: 0.5 }), paper, "a"), 64);
    for (const [, id] of markup.matchAll(/url\(#([^)]+)\)/g)) expect(markup).toContain(`id="${id}"`);
  });
});

describe("names", () => {
  it("draws a shape it does not know as one it knows, always the same", () => {
    expect(isShapeName("trapezohedron")).toBe(false);
    expect(SHAPE_NAMES).toContain(shapeNamed("trapezohedron"));
    expect(shapeNamed("trapezohedron")).toBe(shapeNamed("trapezohedron"));
    expect(shapeNamed("constructor")).not.toBe("constructor");
    expect(shapeNamed("omega")).toBe("omega");
  });

  it("puts a star where an icon is missing", () => {
    expect(signNamed("no-such-icon")).toBe("star");
    expect(signNamed(null)).toBe("star");
    expect(signNamed("icon-moon")).toBe("moon");
  });
});

describe("outlines", () => {
  it("follow curves and corners", () => {
    const half = flatten("M0 0L10 0C10 10 0 10 0 0Z");
    expect(boxOf(half).right).toBe(10);
    expect(boxOf(half).bottom).toBeCloseTo(7.5, 1);
    expect(contains(half, [5, 3])).toBe(true);
    expect(contains(half, [5, 9])).toBe(false);
  });

  it("count the notch of the omega as outside", () => {
    expect(contains(geometryOf("omega").points, [47, 66])).toBe(false);
    expect(contains(geometryOf("omega").points, [47, 30])).toBe(true);
  });
});

describe("markup", () => {
  it("is well-formed XML with SVG's own attribute names", () => {
    const markup = svgMarkup(drawBadge(look({ shape: "lantern", tiers: { reached: 7, count: 12 } }), paper, "a"), 96);
    const parsed = new DOMParser().parseFromString(markup, "image/svg+xml");
    expect(parsed.querySelector("parsererror")).toBeNull();
    expect(markup).toContain("stroke-width=");
    expect(markup).not.toContain("strokeWidth=");
  });

  it("escapes text", () => {
    expect(element({ tag: "text", attrs: { id: 'a"b' }, text: "<&" })).toBe('<text id="a&quot;b">&lt;&amp;</text>');
  });
});
