import type { ReactNode } from "react";
import classes from "./Rows.module.css";

/** A list with hairlines between rows. */
export function Rows({ children }: { children: ReactNode }) {
  return <ul className={classes.rows}>{children}</ul>;
}

interface RowProps {
  lead?: ReactNode;
  title: ReactNode;
  note?: ReactNode;
  end?: ReactNode;
}

/** 60 high and more: picture or icon, title with a note under it, something at the end. */
export function Row({ lead, title, note, end }: RowProps) {
  return (
    <li className={classes.row}>
      {lead && <span className={classes.lead}>{lead}</span>}
      <span className={classes.words}>
        <span className={classes.title}>{title}</span>
        {note && <span className={classes.note}>{note}</span>}
      </span>
      {end && <span className={classes.end}>{end}</span>}
    </li>
  );
}
