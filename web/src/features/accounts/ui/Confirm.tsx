import { Button, Loader } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { ApiError } from "@/shared/api/errors";
import { useT } from "@/shared/i18n/i18n";
import { FormError } from "@/shared/ui/FormError";
import { useConfirm, useConfirmEmail } from "../api";
import { EntryFrame } from "./EntryFrame";
import classes from "./Fields.module.css";

interface ConfirmProps {
  token: string;
  /** The first address of an account, or a new one. */
  kind: "account" | "email";
}

/**
 * The link of a letter opens this page, and the page posts the token: mail scanners that only fetch links confirm
 * nothing.
 */
export function Confirm({ token, kind }: ConfirmProps) {
  const t = useT("accounts");
  const account = useConfirm();
  const email = useConfirmEmail();
  const { mutate, error, isSuccess, isPending } = kind === "account" ? account : email;
  const asked = useRef("");
  useEffect(() => {
    if (token === "" || asked.current === token) return;
    asked.current = token;
    mutate(token);
  }, [token, mutate]);

  const name = account.data?.username;
  const failed = error !== null || token === "";
  const title = isSuccess
    ? t(kind === "account" ? "confirm.done" : "confirm.emailDone", { name })
    : t(failed ? "confirm.failed" : "confirm.underWay");
  const doneText = t(kind === "account" ? "confirm.doneText" : "confirm.emailDoneText");
  const text = isSuccess ? doneText : token === "" ? t("confirm.noToken") : undefined;
  const mayRetry = error instanceof ApiError && error.isPassing;

  return (
    <EntryFrame title={title} text={text} moment>
      {isPending && <Loader aria-label={t("confirm.underWay")} />}
      <FormError error={error} />
      <div className={classes.foot}>
        {isSuccess && (
          <Button renderRoot={(props) => <Link to={kind === "account" ? "/sign-in" : "/"} {...props} />}>
            {t(kind === "account" ? "confirm.toSignIn" : "confirm.toToday")}
          </Button>
        )}
        {mayRetry && <Button onClick={() => mutate(token)}>{t("confirm.retry")}</Button>}
        {failed && !mayRetry && (
          <Button renderRoot={(props) => <Link to={kind === "account" ? "/letter" : "/me/account"} {...props} />}>
            {t(kind === "account" ? "confirm.newLetter" : "confirm.newEmail")}
          </Button>
        )}
        {failed && kind === "account" && (
          // A link that was opened once already has done its work.
          <Button variant="subtle" renderRoot={(props) => <Link to="/sign-in" {...props} />}>
            {t("letter.toSignIn")}
          </Button>
        )}
      </div>
    </EntryFrame>
  );
}
