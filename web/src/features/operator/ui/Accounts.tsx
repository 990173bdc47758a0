import { ActionIcon, Button, Menu, TextInput } from "@mantine/core";
import "@mantine/core/styles/Menu.layer.css";
import { useDebouncedValue } from "@mantine/hooks";
import { IconDots, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "@/shared/api/errors";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Empty } from "@/shared/ui/Empty";
import { ErrorState } from "@/shared/ui/ErrorState";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { toast } from "@/shared/ui/toasts";
import { type Account, type AccountChanges, accountsQuery, changeAccount } from "../api";
import { ROLES } from "../model";
import classes from "./Accounts.module.css";
import { type Asked, AskFirst } from "./AskFirst";

/** People on this server: find one, change a role, close or open an account. */
export function Accounts({ myId }: { myId: number }) {
  const t = useT("operator");
  const [typed, setTyped] = useState("");
  const [query] = useDebouncedValue(typed.trim(), 250);
  const accounts = useInfiniteQuery(accountsQuery(query));
  const [asked, setAsked] = useState<Asked | null>(null);
  const change = useMutation(changeAccount(useQueryClient()));
  const save = (account: Account, body: AccountChanges) =>
    change.mutate(
      { id: account.id, body },
      {
        onSuccess: () => {
          toast({ text: t("users.saved"), tone: "good" });
          setAsked(null);
        },
        onError: (error) => toast({ text: errorText(error), tone: "bad" }),
      },
    );
  const found = accounts.data?.pages.flatMap((page) => page.items);
  return (
    <>
      <TextInput
        type="search"
        label={t("users.search")}
        value={typed}
        maxLength={100}
        leftSection={<IconSearch size={20} stroke={1.75} aria-hidden="true" />}
        onChange={(event) => setTyped(event.currentTarget.value)}
        className={classes.search}
      />
      {!found &&
        (accounts.isError ? (
          <ErrorState error={accounts.error} onRetry={() => accounts.refetch()} />
        ) : (
          <RowsSkeleton count={8} height={72} lead={0} />
        ))}
      {found?.length === 0 && (
        <Empty title={t("users.emptyTitle")}>{query ? t("users.empty") : t("users.emptyAll")}</Empty>
      )}
      {found && found.length > 0 && (
        <ul className={classes.list}>
          {found.map((account) => (
            <AccountRow
              key={account.id}
              account={account}
              mine={account.id === myId}
              onAsk={setAsked}
              onSave={(body) => save(account, body)}
            />
          ))}
        </ul>
      )}
      {accounts.hasNextPage && (
        <Button
          variant="default"
          loading={accounts.isFetchingNextPage}
          onClick={() => accounts.fetchNextPage()}
          className={classes.more}
        >
          {t("more")}
        </Button>
      )}
      {asked && (
        <AskFirst
          asked={asked}
          busy={change.isPending}
          onYes={(body) => save(asked.account, body)}
          onNo={() => setAsked(null)}
        />
      )}
    </>
  );
}

interface AccountRowProps {
  account: Account;
  mine: boolean;
  onAsk: (asked: Asked) => void;
  onSave: (body: AccountChanges) => void;
}

function AccountRow({ account, mine, onAsk, onSave }: AccountRowProps) {
  const t = useT("operator");
  const formats = useFormats();
  const notes = [
    account.email,
    t("users.joined", { when: formats.day(account.created_at) }),
    account.last_seen_at ? t("users.seen", { when: formats.ago(account.last_seen_at) }) : t("users.never"),
  ].filter(Boolean);
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <span className={classes.head}>
          <strong>{account.username}</strong>
          {account.role !== "player" && <span className={classes.role}>{t(`users.roles.${account.role}`)}</span>}
          {account.state !== "active" && (
            <span className={classes.state} data-state={account.state}>
              {t(`users.states.${account.state}`)}
            </span>
          )}
          {mine && <span className={classes.note}>{t("users.you")}</span>}
        </span>
        <span className={classes.note}>{notes.join(" · ")}</span>
        {account.suspended_reason && <span className={classes.note}>{account.suspended_reason}</span>}
      </div>
      {!mine && (
        <Menu position="bottom-end" shadow="md" withinPortal>
          <Menu.Target>
            <ActionIcon aria-label={t("users.actions", { name: account.username })}>
              <IconDots size={22} stroke={1.75} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t("users.role")}</Menu.Label>
            {ROLES.map((role) => (
              <Menu.Item
                key={role}
                disabled={role === account.role}
                onClick={() => (role === "operator" ? onAsk({ kind: "operator", account }) : onSave({ role }))}
              >
                {t(`users.roles.${role}`)}
              </Menu.Item>
            ))}
            <Menu.Divider />
            {account.state === "suspended" ? (
              <Menu.Item onClick={() => onSave({ suspended: false })}>{t("users.restore")}</Menu.Item>
            ) : (
              <Menu.Item className={classes.grave} onClick={() => onAsk({ kind: "suspend", account })}>
                {t("users.suspend")}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}
