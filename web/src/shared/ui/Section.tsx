import { Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import classes from "./Section.module.css";

interface SectionProps {
  title: ReactNode;
  /** At the right of the title: a link, a count. */
  extra?: ReactNode;
  children: ReactNode;
}

/** A group under a small title; groups are separated by air, never boxed. */
export function Section({ title, extra, children }: SectionProps) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <div className={classes.head}>
        <Title order={2} id={id}>
          {title}
        </Title>
        {extra && <span className={classes.extra}>{extra}</span>}
      </div>
      {children}
    </section>
  );
}
