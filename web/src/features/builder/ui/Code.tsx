import { Fragment } from "react";
import classes from "./Code.module.css";

/** A code that may break after its dots and underscores, never inside a word. */
export function Code({ children }: { children: string }) {
  const parts = children.split(/(?<=[._])/);
  return (
    <code className={classes.code}>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change places
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </code>
  );
}
