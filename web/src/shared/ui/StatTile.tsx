import type { ReactNode } from "react";
import classes from "./StatTile.module.css";

interface StatTileProps {
  value: ReactNode;
  label: ReactNode;
  icon?: ReactNode;
}

/** One figure and what it counts. */
export function StatTile({ value, label, icon }: StatTileProps) {
  return (
    <div className={classes.tile}>
      <span className={classes.value}>
        {icon}
        {value}
      </span>
      <span className={classes.label}>{label}</span>
    </div>
  );
}

export function StatTiles({ children }: { children: ReactNode }) {
  return <div className={classes.tiles}>{children}</div>;
}
