import { Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Block, Loading } from "@/shared/ui/Skeletons";
import { linkCodeQuery } from "../api";
import classes from "./me.module.css";

/** Eight characters that a game asks for once, to know whom its events are about. */
export function LinkCode() {
  const t = useT("accounts");
  const code = useQuery(linkCodeQuery);
  const clipboard = useClipboard({ timeout: 2_000 });
  return (
    <Await
      query={code}
      skeleton={
        <Loading>
          <Block height={38} width={220} />
        </Loading>
      }
    >
      {(link) => (
        <div className={classes.form}>
          <output className={classes.code}>{link.code}</output>
          <Remaining until={link.expires_at} />
          <div className={classes.buttons}>
            <Button
              leftSection={clipboard.copied ? <IconCheck size={20} /> : <IconCopy size={20} stroke={1.75} />}
              onClick={() => clipboard.copy(link.code)}
            >
              {t(clipboard.copied ? "games.copied" : "games.copy")}
            </Button>
            <Button
              variant="default"
              loading={code.isFetching}
              leftSection={<IconRefresh size={20} stroke={1.75} />}
              onClick={() => code.refetch()}
            >
              {t("games.renew")}
            </Button>
          </div>
        </div>
      )}
    </Await>
  );
}

function Remaining({ until }: { until: string }) {
  const t = useT("accounts");
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5_000);
    return () => clearInterval(timer);
  }, []);
  const minutes = Math.ceil((new Date(until).getTime() - now) / 60_000);
  return <p className={classes.note}>{minutes > 0 ? t("games.remaining", { count: minutes }) : t("games.over")}</p>;
}
