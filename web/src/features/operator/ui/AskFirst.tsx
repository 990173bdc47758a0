import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useT } from "@/shared/i18n/i18n";
import { Confirm } from "@/shared/ui/Confirm";
import type { Account, AccountChanges } from "../api";
import classes from "./Accounts.module.css";

export interface Asked {
  kind: "suspend" | "operator";
  account: Account;
}

interface AskFirstProps {
  asked: Asked;
  busy: boolean;
  onYes: (body: AccountChanges) => void;
  onNo: () => void;
}

/** Closing an account and giving all power away are asked about; a suspension says why. */
export function AskFirst({ asked, busy, onYes, onNo }: AskFirstProps) {
  const t = useT("operator");
  const [reason, setReason] = useState("");
  const name = asked.account.username;
  if (asked.kind === "operator") {
    return (
      <Confirm
        opened
        busy={busy}
        title={t("users.roleHeading", { name })}
        yes={t("users.roleYes")}
        no={t("users.keep")}
        onYes={() => onYes({ role: "operator" })}
        onNo={onNo}
      >
        {t("users.roleText")}
      </Confirm>
    );
  }
  return (
    <Confirm
      opened
      grave
      busy={busy}
      title={t("users.suspendHeading", { name })}
      yes={t("users.suspendYes")}
      no={t("users.keep")}
      onYes={() => onYes({ suspended: true, reason: reason.trim() || null })}
      onNo={onNo}
    >
      <span className={classes.ask}>{t("users.suspendText")}</span>
      <Textarea
        label={t("users.reason")}
        description={t("users.reasonHint")}
        value={reason}
        maxLength={500}
        autosize
        minRows={2}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Confirm>
  );
}
