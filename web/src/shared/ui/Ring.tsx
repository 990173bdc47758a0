import type { ReactNode } from "react";
import classes from "./Ring.module.css";

interface RingProps {
  /** 0…1. */
  share: number;
  /** Read out instead of the drawing; the figure must also be written somewhere near. */
  label: string;
  size?: number;
  stroke?: number;
  children?: ReactNode;
}

export function Ring({ share, label, size = 52, stroke = 4, children }: RingProps) {
  const radius = (size - stroke) / 2;
  const length = 2 * Math.PI * radius;
  const shown = Math.min(1, Math.max(0, share));
  return (
    <span className={classes.ring} style={{ width: size, height: size }} role="img" aria-label={label}>
      <svg width={size} height={size} aria-hidden="true">
        <circle cx={size / 2} cy={size / 2} r={radius} fill="none" stroke="var(--track)" strokeWidth={stroke} />
        {shown > 0 && (
          <circle
            className={classes.value}
            cx={size / 2}
            cy={size / 2}
            r={radius}
            fill="none"
            stroke="var(--viz)"
            strokeWidth={stroke}
            strokeLinecap="round"
            strokeDasharray={`${length * shown} ${length}`}
            transform={`rotate(-90 ${size / 2} ${size / 2})`}
          />
        )}
      </svg>
      <span className={classes.inside} aria-hidden="true">
        {children}
      </span>
    </span>
  );
}
