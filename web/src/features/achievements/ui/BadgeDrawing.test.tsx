import { act, cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BadgeDrawing } from "./BadgeDrawing";

/** Height of the filled part, or null when nothing clips the enamel: the badge is whole. */
function fill(container: HTMLElement): number | null {
  const rect = container.querySelector('clipPath[id$="-fill"] rect');
  return rect ? Number(rect.getAttribute("height")) : null;
}

describe("a badge on an open page", () => {
  let reduced = false;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["requestAnimationFrame", "cancelAnimationFrame", "performance"] });
    vi.stubGlobal("matchMedia", (query: string) => ({ matches: reduced && query.includes("reduce") }));
  });

  afterEach(() => {
    cleanup();
    vi.useRealTimers();
    vi.unstubAllGlobals();
    reduced = false;
  });

  const badge = (share: number, state: "progress" | "earned" | "closed" = "progress") => (
    <BadgeDrawing shape="circle" icon="star" state={state} share={share} />
  );

  it("stands at its first value at once", () => {
    expect(fill(render(badge(0.4)).container)).toBeGreaterThan(30);
  });

  it("fills from below in 250 ms when it is unlocked, then stands still", () => {
    const { container, rerender } = render(badge(0.2));
    const before = fill(container) ?? 0;
    rerender(badge(1, "earned"));
    act(() => void vi.advanceTimersByTime(100));
    const between = fill(container) ?? 0;
    expect(between).toBeGreaterThan(before);
    expect(between).toBeLessThan(96);
    act(() => void vi.advanceTimersByTime(200));
    expect(fill(container)).toBeNull();
    expect(container.querySelector("svg")?.dataset.state).toBe("earned");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is whole at once under reduced motion", () => {
    reduced = true;
    const { container, rerender } = render(badge(0.2));
    rerender(badge(1, "earned"));
    expect(fill(container)).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("never flows back slowly", () => {
    const { container, rerender } = render(badge(0.9));
    const full = fill(container) ?? 0;
    rerender(badge(0.3));
    expect(fill(container)).toBeLessThan(full);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("shows nothing of a closed one, whatever share it is given", () => {
    const { container } = render(badge(0.7, "closed"));
    expect(container.querySelector("[stroke-dasharray]")).not.toBeNull();
    expect(fill(container)).toBeNull();
  });
});
