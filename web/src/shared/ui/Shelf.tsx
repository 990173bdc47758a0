import type { CSSProperties, ReactNode } from "react";
import classes from "./Shelf.module.css";

/** Things that stand on a board, so many side by side; each child is one `ShelfItem`. */
export function Shelf({ children, perShelf }: { children: ReactNode; perShelf: number }) {
  return (
    <ul className={classes.shelf} style={{ "--per-shelf": perShelf } as CSSProperties}>
      {children}
    </ul>
  );
}

interface ShelfItemProps {
  /** Stands on the board, 96 high. */
  figure: ReactNode;
  /** Hangs below it. */
  children: ReactNode;
  onClick?: () => void;
  label?: string;
}

export function ShelfItem({ figure, children, onClick, label }: ShelfItemProps) {
  const inside = (
    <>
      <span className={classes.figure}>{figure}</span>
      <span className={classes.words}>{children}</span>
    </>
  );
  return (
    <li className={classes.item}>
      {onClick ? (
        <button type="button" className={classes.press} onClick={onClick} aria-label={label}>
          {inside}
        </button>
      ) : (
        inside
      )}
    </li>
  );
}

/** An empty stretch of the board, so that a row that is not full still stands on a whole shelf. */
export function ShelfRest() {
  return (
    <li className={classes.item} aria-hidden="true">
      <span className={classes.figure} />
    </li>
  );
}
