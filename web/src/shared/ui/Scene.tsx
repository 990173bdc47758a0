import { type ReactNode, useId } from "react";
import classes from "./Scene.module.css";
import { STARS_HEIGHT, TOWN_HEIGHT, TOWN_WIDTH, town } from "./town";

interface SceneProps {
  /** Text at the left (or above, when `centred`). */
  children?: ReactNode;
  /** The one who stands in the scene. */
  figure?: ReactNode;
  /** Phone height is 268, desktop 372; `tall` is for first steps, `full` fills its place. */
  size?: "normal" | "low" | "tall" | "full";
  /** Figure and sun in the middle instead of at the right. */
  centred?: boolean;
  /** Laid over the top edge: date, level, bell. */
  top?: ReactNode;
}

/** A quiet place with a sky, a sun and a town; it dissolves by dither into the paper, so it needs no box. */
export function Scene({ children, figure, size = "normal", centred = false, top }: SceneProps) {
  const id = useId();
  return (
    <div className={classes.scene} data-size={size} data-centred={centred || undefined}>
      <svg className={classes.sky} aria-hidden="true">
        <pattern id={`${id}s`} width={TOWN_WIDTH} height={STARS_HEIGHT} patternUnits="userSpaceOnUse">
          <path d={town.stars} fill="var(--scene-star)" shapeRendering="crispEdges" />
        </pattern>
        <rect width="100%" height="100%" fill={`url(#${id}s)`} />
      </svg>
      <div className={classes.sun} />
      <Layer>
        <defs>
          <Grid id={`${id}m`} path={town.midDither} fill="var(--scene-near)" />
          <Grid id={`${id}p`} path={town.paperDither} fill="var(--paper)" />
        </defs>
        <path d={town.farHill} fill="var(--scene-far)" />
        <path d={town.houses} fill="var(--scene-mid)" shapeRendering="crispEdges" />
        <path d={town.masts} stroke="var(--scene-mid)" strokeWidth="2" fill="none" />
        <path d={town.windows} fill="var(--scene-window)" shapeRendering="crispEdges" />
        <path d={town.midHill} fill="var(--scene-mid)" />
        <rect y={town.groundY} width={TOWN_WIDTH} height={TOWN_HEIGHT} fill="var(--scene-near)" />
        <rect width={TOWN_WIDTH} height={TOWN_HEIGHT} fill={`url(#${id}m)`} />
        <rect width={TOWN_WIDTH} height={TOWN_HEIGHT} fill={`url(#${id}p)`} />
        <rect y={town.paperY} width={TOWN_WIDTH} height={TOWN_HEIGHT} fill="var(--paper)" />
      </Layer>
      {figure && <div className={classes.figure}>{figure}</div>}
      {top && <div className={classes.top}>{top}</div>}
      {children && <div className={classes.words}>{children}</div>}
    </div>
  );
}

function Layer({ children }: { children: ReactNode }) {
  return (
    <svg
      className={classes.layer}
      viewBox={`0 0 ${TOWN_WIDTH} ${TOWN_HEIGHT}`}
      preserveAspectRatio="xMidYMax slice"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

function Grid({ id, path, fill }: { id: string; path: string; fill: string }) {
  return (
    <pattern id={id} width="16" height={TOWN_HEIGHT} patternUnits="userSpaceOnUse">
      <path d={path} fill={fill} shapeRendering="crispEdges" />
    </pattern>
  );
}
