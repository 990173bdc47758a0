import { Button, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiError, errorField, errorText } from "@/shared/api/errors";
import { useT } from "@/shared/i18n/i18n";
import { FormError } from "@/shared/ui/FormError";
import { dropDraft, readDraft, useDraft } from "@/shared/ui/useDraft";
import { useSignUp } from "../api";
import { emailTrouble, PASSWORD_MIN, usernameTrouble } from "../model";
import { EntryFrame } from "./EntryFrame";
import classes from "./Fields.module.css";
import { PasswordField } from "./PasswordField";

type Field = "username" | "email" | "password";

export function SignUp({ onDone }: { onDone: (email: string) => void }) {
  const t = useT("accounts");
  const [values, setValues] = useState(() => ({ ...readDraft("sign-up", { username: "", email: "" }), password: "" }));
  const [checked, setChecked] = useState(false);
  const [changed, setChanged] = useState<ReadonlySet<Field>>(new Set());
  useDraft("sign-up", { username: values.username, email: values.email });
  const signUp = useSignUp();

  const usernameWrong = usernameTrouble(values.username);
  const emailWrong = emailTrouble(values.email);
  const troubles: Record<Field, string | null> = {
    username: usernameWrong && t(`trouble.username_${usernameWrong}`),
    email: emailWrong && t(`trouble.email_${emailWrong}`),
    password: values.password.length < PASSWORD_MIN ? t("trouble.password", { count: PASSWORD_MIN }) : null,
  };
  const refused = refusedField(signUp.error);
  const errorOf = (field: Field) => {
    if (checked && troubles[field]) return troubles[field];
    return refused === field && !changed.has(field) ? errorText(signUp.error) : undefined;
  };
  const field = (name: Field) => ({
    value: values[name],
    error: errorOf(name),
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setValues((before) => ({ ...before, [name]: value }));
      setChanged((before) => new Set(before).add(name));
    },
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    const wrong = (Object.keys(troubles) as Field[]).find((name) => troubles[name]);
    if (wrong) {
      (event.currentTarget as HTMLFormElement).querySelector<HTMLInputElement>(`[name="${wrong}"]`)?.focus();
      return;
    }
    setChanged(new Set());
    const email = values.email.trim();
    signUp.mutate(
      { username: values.username.trim(), email, password: values.password },
      {
        onSuccess: () => {
          dropDraft("sign-up");
          onDone(email);
        },
      },
    );
  };

  return (
    <EntryFrame title={t("signUp.title")} text={t("signUp.text")} step={t("entry.step", { step: 1, of: 2 })}>
      <form className={classes.fields} onSubmit={submit} noValidate style={{ flex: "1 0 auto" }}>
        <TextInput
          name="username"
          label={t("fields.username")}
          autoComplete="username"
          autoCapitalize="none"
          maxLength={64}
          {...field("username")}
        />
        <TextInput
          name="email"
          type="email"
          label={t("fields.email")}
          autoComplete="email"
          inputMode="email"
          maxLength={254}
          {...field("email")}
        />
        <PasswordField
          name="password"
          label={t("fields.password")}
          autoComplete="new-password"
          known={[values.username, values.email]}
          {...field("password")}
        />
        {!refused && <FormError error={signUp.error} />}
        <div className={classes.foot}>
          <Button type="submit" loading={signUp.isPending}>
            {t("signUp.submit")}
          </Button>
          <Button variant="subtle" renderRoot={(props) => <Link to="/sign-in" {...props} />}>
            {t("signUp.toSignIn")}
          </Button>
          <p className={classes.note}>{t("entry.stored")}</p>
        </div>
      </form>
    </EntryFrame>
  );
}

/** A refusal speaks of a field by its params or by its code (`…username_taken`). */
function refusedField(error: unknown): Field | null {
  const fields: readonly Field[] = ["username", "email", "password"];
  const named = errorField(error);
  const code = error instanceof ApiError ? error.code : "";
  return fields.find((field) => field === named) ?? fields.find((field) => code.includes(field)) ?? null;
}
