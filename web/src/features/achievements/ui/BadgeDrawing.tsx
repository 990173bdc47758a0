import { createElement, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { type BadgeLook, CANVAS, type Drawn, drawBadge, type Paper } from "../art/badge-art";
import { shapeNamed } from "../art/shapes";
import { signNamed } from "../art/signs";
import type { BadgeProps } from "./Badge";
import classes from "./Badge.module.css";

/** Badges below this size leave out the fine lines. */
const SMALL_PX = 44;
const FILL_MS = 250;

/** Paper of the page: the theme's variables, so that a badge follows the scheme without being drawn again. */
const PAGE: Paper = {
  pale: "var(--sunk)",
  pencil: "var(--ink2)",
  rim: "var(--badge-rim)",
  warning: "var(--badge-warning)",
  onWarning: "var(--badge-on-warning)",
};

/** The drawing itself. When its share grows on an open page, it fills from below once. */
export function BadgeDrawing({ shape, icon, state, share = 0, tiers = NO_TIERS, size = 88, label }: BadgeProps) {
  const id = useId();
  const goal = state === "closed" ? 0 : state === "progress" ? share : 1;
  const shown = useFill(goal);
  const filling = shown < goal;
  const look: BadgeLook = {
    shape: shapeNamed(shape),
    sign: signNamed(icon),
    state: filling ? "progress" : state,
    share: shown,
    tiers,
    small: size < SMALL_PX,
  };
  return (
    <svg
      className={classes.badge}
      viewBox={`0 0 ${CANVAS} ${CANVAS}`}
      width={size}
      height={size}
      data-badge={shapeNamed(shape)}
      data-state={state}
      role={label ? "img" : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
      focusable="false"
    >
      {drawBadge(look, PAGE, id).map(mount)}
    </svg>
  );
}

const NO_TIERS = { reached: 0, count: 0 };

function mount({ tag, attrs, children = [], text }: Drawn, index: number): ReactNode {
  return createElement(tag, { key: index, ...attrs }, text, ...children.map(mount));
}

/** Follow a share: the first value stands at once, a later greater one is reached in 250 ms, ease-out. */
function useFill(goal: number): number {
  const [shown, setShown] = useState(goal);
  const at = useRef(goal);
  useEffect(() => {
    const from = at.current;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (goal <= from || still) {
      at.current = goal;
      setShown(goal);
      return;
    }
    const startedAt = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const t = Math.min(1, Math.max(0, (now - startedAt) / FILL_MS));
      at.current = t < 1 ? from + (goal - from) * (1 - (1 - t) ** 3) : goal;
      setShown(at.current);
      if (t < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [goal]);
  return shown;
}
