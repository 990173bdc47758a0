import { Button, TextInput } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useT } from "@/shared/i18n/i18n";
import { FormError } from "@/shared/ui/FormError";
import { Section } from "@/shared/ui/Section";
import { Sheet } from "@/shared/ui/Sheet";
import { toast } from "@/shared/ui/toasts";
import { exportAccount, type Me, useChangeEmail, useChangePassword, useDeleteAccount } from "../api";
import { emailTrouble, PASSWORD_MIN } from "../model";
import classes from "./me.module.css";
import { PasswordField } from "./PasswordField";

/** Password, e-mail, a copy of everything, and the way out. */
export function AccountForms({ me, onGone }: { me: Me; onGone: () => void }) {
  return (
    <>
      <PasswordForm me={me} />
      <EmailForm me={me} />
      <Export me={me} />
      <Removal onGone={onGone} />
    </>
  );
}

function PasswordForm({ me }: { me: Me }) {
  const t = useT("accounts");
  const [now, setNow] = useState("");
  const [next, setNext] = useState("");
  const [wrong, setWrong] = useState(false);
  const change = useChangePassword();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWrong(next.length < PASSWORD_MIN);
    if (next.length < PASSWORD_MIN) return;
    change.mutate(
      { current_password: now, new_password: next },
      {
        onSuccess: () => {
          setNow("");
          setNext("");
          toast({ text: t("account.passwordChanged"), tone: "good" });
        },
      },
    );
  };
  return (
    <Section title={t("account.password")}>
      <form className={classes.form} data-tight onSubmit={submit}>
        <input type="text" name="username" autoComplete="username" value={me.username} readOnly hidden />
        <PasswordField
          label={t("fields.currentPassword")}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={now}
          onChange={(event) => setNow(event.currentTarget.value)}
        />
        <PasswordField
          label={t("fields.newPassword")}
          autoComplete="new-password"
          required
          withAsterisk={false}
          known={[me.username, me.email]}
          value={next}
          error={wrong ? t("trouble.password", { count: PASSWORD_MIN }) : undefined}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        <FormError error={change.error} />
        <div className={classes.buttons}>
          <Button type="submit" variant="default" loading={change.isPending}>
            {t("account.changePassword")}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function EmailForm({ me }: { me: Me }) {
  const t = useT("accounts");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState(false);
  const change = useChangeEmail();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const trouble = emailTrouble(email) !== null;
    setWrong(trouble);
    if (!trouble) change.mutate({ email: email.trim(), password }, { onSuccess: () => setPassword("") });
  };
  return (
    <Section title={t("account.email")} extra={me.email}>
      <form className={classes.form} data-tight onSubmit={submit} noValidate>
        <TextInput
          type="email"
          label={t("account.newEmail")}
          autoComplete="email"
          value={email}
          error={wrong ? t("trouble.email_shape") : undefined}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordField
          label={t("fields.currentPassword")}
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <FormError error={change.error} />
        {change.isSuccess && (
          <p className={classes.note} role="status">
            {t("account.emailSent", { email: change.variables.email })}
          </p>
        )}
        <div className={classes.buttons}>
          <Button type="submit" variant="default" loading={change.isPending}>
            {t("account.changeEmail")}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function Export({ me }: { me: Me }) {
  const t = useT("accounts");
  const download = useMutation({
    mutationFn: exportAccount,
    onSuccess: (file) => {
      const url = URL.createObjectURL(file);
      const link = Object.assign(document.createElement("a"), { href: url, download: `omenigen-${me.username}.json` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    },
  });
  return (
    <Section title={t("account.export")}>
      <p className={classes.note}>{t("account.exportText")}</p>
      <FormError error={download.error} />
      <div className={classes.buttons}>
        <Button
          variant="default"
          loading={download.isPending}
          leftSection={<IconDownload size={20} stroke={1.75} />}
          onClick={() => download.mutate()}
        >
          {t("account.download")}
        </Button>
      </div>
    </Section>
  );
}

function Removal({ onGone }: { onGone: () => void }) {
  const t = useT("accounts");
  const [asking, setAsking] = useState(false);
  const [password, setPassword] = useState("");
  const remove = useDeleteAccount();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    remove.mutate(password, { onSuccess: onGone });
  };
  return (
    <Section title={t("account.delete")}>
      <p className={classes.note}>{t("account.deleteText")}</p>
      <div className={classes.buttons}>
        <Button variant="default" onClick={() => setAsking(true)}>
          {t("account.deleteOpen")}
        </Button>
      </div>
      <Sheet opened={asking} onClose={() => setAsking(false)} title={t("account.deleteTitle")}>
        <form className={classes.form} onSubmit={submit}>
          <p className={classes.about}>{t("account.deleteSure")}</p>
          <PasswordField
            label={t("fields.currentPassword")}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <FormError error={remove.error} />
          <Button type="submit" color="red" loading={remove.isPending}>
            {t("account.deleteYes")}
          </Button>
        </form>
      </Sheet>
    </Section>
  );
}
