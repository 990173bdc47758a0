import { Button, TextInput } from "@mantine/core";
import { IconMail } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ApiError } from "@/shared/api/errors";
import { useT } from "@/shared/i18n/i18n";
import { FormError } from "@/shared/ui/FormError";
import { toast } from "@/shared/ui/toasts";
import { useResendLetter } from "../api";
import { EntryFrame } from "./EntryFrame";
import classes from "./Fields.module.css";

const PAUSE_S = 60;

/** "Check your letter": the wait between sign-up and confirmation, with a second letter on request. */
export function Letter({ email, sent }: { email?: string; sent: boolean }) {
  const t = useT("accounts");
  const [address, setAddress] = useState(email ?? "");
  const [pause, setPause] = useState(sent ? PAUSE_S : 0);
  const resend = useResendLetter();
  useEffect(() => {
    if (pause <= 0) return;
    const timer = setTimeout(() => setPause(pause - 1), 1_000);
    return () => clearTimeout(timer);
  }, [pause]);

  const send = () =>
    resend.mutate(address.trim(), {
      onSuccess: () => {
        setPause(PAUSE_S);
        toast({ text: t("letter.sentAgain"), tone: "good" });
      },
      onError: (error) => {
        if (error instanceof ApiError && error.retryAfter) setPause(error.retryAfter);
      },
    });

  return (
    <EntryFrame
      title={t(sent ? "letter.title" : "letter.titleAgain")}
      text={sent ? t("letter.text", { email }) : t("letter.textAgain")}
      step={sent ? t("entry.step", { step: 2, of: 2 }) : undefined}
      moment
    >
      {!sent && (
        <TextInput
          type="email"
          label={t("fields.email")}
          autoComplete="email"
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
      )}
      <FormError error={resend.error} />
      <div className={classes.foot}>
        <Button
          onClick={send}
          loading={resend.isPending}
          disabled={pause > 0 || address.trim() === ""}
          leftSection={<IconMail size={20} stroke={1.75} aria-hidden="true" />}
        >
          {pause > 0 ? t("letter.again_in", { seconds: pause }) : t("letter.again")}
        </Button>
        <Button variant="subtle" renderRoot={(props) => <Link to="/sign-in" {...props} />}>
          {t("letter.toSignIn")}
        </Button>
        {sent && (
          <Button variant="subtle" renderRoot={(props) => <Link to="/sign-up" {...props} />}>
            {t("letter.wrongAddress")}
          </Button>
        )}
        <p className={classes.note}>{t("letter.spam")}</p>
      </div>
    </EntryFrame>
  );
}
