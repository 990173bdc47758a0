import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import classes from "./me.module.css";

interface Entry {
  icon: ReactNode;
  label: string;
  to?: LinkProps["to"];
  onClick?: () => void;
}

/** Rows that lead somewhere or do something. */
export function LinkList({ entries }: { entries: readonly Entry[] }) {
  return (
    <ul className={classes.links}>
      {entries.map(({ icon, label, to, onClick }) => (
        <li key={label}>
          {to ? (
            <Link to={to} className={classes.link}>
              {icon}
              <span>{label}</span>
              <IconChevronRight size={18} stroke={1.75} aria-hidden="true" />
            </Link>
          ) : (
            <UnstyledButton className={classes.link} onClick={onClick}>
              {icon}
              <span>{label}</span>
            </UnstyledButton>
          )}
        </li>
      ))}
    </ul>
  );
}
