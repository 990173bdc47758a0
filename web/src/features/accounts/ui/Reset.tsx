import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiError } from "@/shared/api/errors";
import { useT } from "@/shared/i18n/i18n";
import { FormError } from "@/shared/ui/FormError";
import { useReset } from "../api";
import { PASSWORD_MIN } from "../model";
import { EntryFrame } from "./EntryFrame";
import classes from "./Fields.module.css";
import { PasswordField } from "./PasswordField";

export function Reset({ token }: { token: string }) {
  const t = useT("accounts");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState(false);
  const reset = useReset();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWrong(password.length < PASSWORD_MIN);
    if (password.length >= PASSWORD_MIN) reset.mutate({ token, password });
  };

  if (reset.isSuccess) {
    return (
      <EntryFrame title={t("reset.done")} text={t("reset.doneText")} moment>
        <div className={classes.foot}>
          <Button renderRoot={(props) => <Link to="/sign-in" {...props} />}>{t("confirm.toSignIn")}</Button>
        </div>
      </EntryFrame>
    );
  }
  if (token === "") {
    return (
      <EntryFrame title={t("confirm.failed")} text={t("confirm.noToken")} moment>
        <div className={classes.foot}>
          <Button renderRoot={(props) => <Link to="/forgot" {...props} />}>{t("reset.again")}</Button>
        </div>
      </EntryFrame>
    );
  }
  const dead = reset.error instanceof ApiError && !reset.error.isPassing && /token|link/.test(reset.error.code);
  return (
    <EntryFrame title={t("reset.title")} text={t("reset.text")}>
      <form className={classes.fields} onSubmit={submit} noValidate>
        <PasswordField
          label={t("fields.newPassword")}
          autoComplete="new-password"
          known={[]}
          value={password}
          error={wrong ? t("trouble.password", { count: PASSWORD_MIN }) : undefined}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <FormError error={reset.error} />
        <div className={classes.foot}>
          {dead ? (
            <Button renderRoot={(props) => <Link to="/forgot" {...props} />}>{t("reset.again")}</Button>
          ) : (
            <Button type="submit" loading={reset.isPending}>
              {t("reset.submit")}
            </Button>
          )}
        </div>
      </form>
    </EntryFrame>
  );
}
