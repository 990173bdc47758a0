import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Empty.module.css";

interface EmptyProps {
  /** Left out where the page's own heading says it. */
  title?: string;
  children?: ReactNode;
  /** One next step: a button or a link. */
  action?: ReactNode;
  figure?: ReactNode;
}

/** One drawing, one line, one step. */
export function Empty({ title, children, action, figure }: EmptyProps) {
  return (
    <div className={classes.empty}>
      {figure && <div className={classes.figure}>{figure}</div>}
      {title && (
        <Title order={2} className={classes.title}>
          {title}
        </Title>
      )}
      {children && <p className={classes.text}>{children}</p>}
      {action}
    </div>
  );
}
