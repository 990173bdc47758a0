import { UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Chip.module.css";

interface ChipProps {
  children: ReactNode;
  icon?: ReactNode;
  chosen?: boolean;
  onClick?: () => void;
}

/** 36 high, with a touch area of 44. Without `onClick` it is a label; with `chosen` a toggle. */
export function Chip({ children, icon, chosen, onClick }: ChipProps) {
  if (!onClick) {
    return (
      <span className={classes.chip}>
        {icon}
        {children}
      </span>
    );
  }
  return (
    <UnstyledButton className={classes.chip} onClick={onClick} aria-pressed={chosen} data-chosen={chosen || undefined}>
      {icon}
      {children}
    </UnstyledButton>
  );
}
