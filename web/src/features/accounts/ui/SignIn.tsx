import { Anchor, Button, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiError } from "@/shared/api/errors";
import { useT } from "@/shared/i18n/i18n";
import { FormError } from "@/shared/ui/FormError";
import { dropDraft, readDraft, useDraft } from "@/shared/ui/useDraft";
import { useSignIn } from "../api";
import { EntryFrame } from "./EntryFrame";
import classes from "./Fields.module.css";
import { PasswordField } from "./PasswordField";

export function SignIn({ onDone }: { onDone: () => void }) {
  const t = useT("accounts");
  const [login, setLogin] = useState(() => readDraft("sign-in", { login: "" }).login);
  const [password, setPassword] = useState("");
  useDraft("sign-in", { login });
  const signIn = useSignIn();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate(
      { login: login.trim(), password },
      {
        onSuccess: () => {
          dropDraft("sign-in");
          onDone();
        },
      },
    );
  };
  const unconfirmed = signIn.error instanceof ApiError && /not_confirmed|unconfirmed/.test(signIn.error.code);

  return (
    <EntryFrame title={t("signIn.title")} text={t("signIn.text")}>
      <form className={classes.fields} onSubmit={submit} style={{ flex: "1 0 auto" }}>
        <TextInput
          label={t("fields.login")}
          autoComplete="username"
          autoCapitalize="none"
          required
          withAsterisk={false}
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordField
          label={t("fields.password")}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <div className={classes.aside}>
          <Anchor renderRoot={(props) => <Link to="/forgot" {...props} />} className={classes.link}>
            {t("signIn.forgot")}
          </Anchor>
        </div>
        <FormError
          error={signIn.error}
          action={
            unconfirmed && (
              <Anchor
                renderRoot={(props) => (
                  <Link to="/letter" search={{ email: login.includes("@") ? login : undefined }} {...props} />
                )}
              >
                {t("signIn.resend")}
              </Anchor>
            )
          }
        />
        <div className={classes.foot}>
          <Button type="submit" loading={signIn.isPending}>
            {t("signIn.submit")}
          </Button>
          <Button variant="subtle" renderRoot={(props) => <Link to="/sign-up" {...props} />}>
            {t("signIn.toSignUp")}
          </Button>
          <p className={classes.note}>{t("entry.stored")}</p>
        </div>
      </form>
    </EntryFrame>
  );
}
