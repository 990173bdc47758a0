import { Suspense } from "react";
import { lazily } from "@/shared/ui/lazily";
import type { BadgeState } from "../art/badge-art";

/** Outlines and signs come with the first badge that is shown, not with the first page. */
const BadgeDrawing = lazily(
  () => import("./BadgeDrawing"),
  (module) => module.BadgeDrawing,
);

export interface BadgeProps {
  readonly shape: string;
  readonly icon: string;
  readonly state: BadgeState;
  readonly share?: number;
  readonly tiers?: { readonly reached: number; readonly count: number };
  /** Side of the square in pixels. */
  readonly size?: number;
  /** Read out instead of the drawing; without it the badge is decoration beside its name. */
  readonly label?: string;
}

/** A drawn achievement badge; its place is kept while the drawing's code comes. */
export function Badge(props: BadgeProps) {
  const { size = 88 } = props;
  return (
    <Suspense fallback={<span style={{ display: "block", width: size, height: size }} />}>
      <BadgeDrawing {...props} />
    </Suspense>
  );
}
