import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { errorText } from "../api/errors";
import classes from "./FormError.module.css";

/** A refusal above the button: icon, sentence, sometimes one step out of it. Fields keep what was typed. */
export function FormError({ error, action }: { error: unknown; action?: ReactNode }) {
  if (!error) return null;
  return (
    <div className={classes.error} role="alert">
      <IconAlertTriangle size={20} stroke={1.75} aria-hidden="true" />
      <span>
        {errorText(error)}
        {action && <span className={classes.action}>{action}</span>}
      </span>
    </div>
  );
}
