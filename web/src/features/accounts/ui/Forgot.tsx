import { Button, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useT } from "@/shared/i18n/i18n";
import { FormError } from "@/shared/ui/FormError";
import { readDraft } from "@/shared/ui/useDraft";
import { useForgot } from "../api";
import { emailTrouble } from "../model";
import { EntryFrame } from "./EntryFrame";
import classes from "./Fields.module.css";

export function Forgot() {
  const t = useT("accounts");
  const [email, setEmail] = useState(() => {
    const { login } = readDraft("sign-in", { login: "" });
    return login.includes("@") ? login : "";
  });
  const [wrong, setWrong] = useState(false);
  const forgot = useForgot();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const trouble = emailTrouble(email) !== null;
    setWrong(trouble);
    if (!trouble) forgot.mutate(email.trim());
  };

  if (forgot.isSuccess) {
    return (
      <EntryFrame title={t("forgot.sent")} text={t("forgot.sentText", { email: email.trim() })} moment>
        <div className={classes.foot}>
          <Button renderRoot={(props) => <Link to="/sign-in" {...props} />}>{t("confirm.toSignIn")}</Button>
          <p className={classes.note}>{t("letter.spam")}</p>
        </div>
      </EntryFrame>
    );
  }
  return (
    <EntryFrame title={t("forgot.title")} text={t("forgot.text")}>
      <form className={classes.fields} onSubmit={submit} noValidate style={{ flex: "1 0 auto" }}>
        <TextInput
          type="email"
          label={t("fields.email")}
          autoComplete="email"
          value={email}
          error={wrong ? t("trouble.email_shape") : undefined}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <FormError error={forgot.error} />
        <div className={classes.foot}>
          <Button type="submit" loading={forgot.isPending}>
            {t("forgot.submit")}
          </Button>
          <Button variant="subtle" renderRoot={(props) => <Link to="/sign-in" {...props} />}>
            {t("forgot.remembered")}
          </Button>
        </div>
      </form>
    </EntryFrame>
  );
}
