import { PasswordInput, type PasswordInputProps } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconEye, IconEyeOff } from "@tabler/icons-react";
import { useT } from "@/shared/i18n/i18n";
import { PASSWORD_MIN, strengthOf } from "../model";
import classes from "./Fields.module.css";

interface PasswordFieldProps extends PasswordInputProps {
  /** A new password gets the strength line; `known` are words that it must not lean on. */
  known?: readonly string[];
}

export function PasswordField({ known, ...props }: PasswordFieldProps) {
  const t = useT("accounts");
  return (
    <div>
      <PasswordInput
        visibilityToggleIcon={({ reveal }) =>
          reveal ? <IconEyeOff size={22} stroke={1.75} /> : <IconEye size={22} stroke={1.75} />
        }
        visibilityToggleButtonProps={{ "aria-label": t("password.show"), tabIndex: 0 }}
        {...props}
      />
      {known && !props.error && <StrengthHint password={String(props.value ?? "")} known={known} />}
    </div>
  );
}

function StrengthHint({ password, known }: { password: string; known: readonly string[] }) {
  const t = useT("accounts");
  const strength = strengthOf(password, known);
  const good = strength === "fair" || strength === "strong";
  return (
    <div className={classes.hint} data-strength={strength} aria-live="polite">
      {good && <IconCheck size={16} stroke={2} aria-hidden="true" />}
      {strength === "weak" && <IconAlertTriangle size={16} stroke={2} aria-hidden="true" />}
      {t(`password.${strength}`, { count: PASSWORD_MIN })}
    </div>
  );
}
