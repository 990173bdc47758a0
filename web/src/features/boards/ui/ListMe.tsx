import { UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { errorText } from "@/shared/api/errors";
import { useT } from "@/shared/i18n/i18n";
import { toast } from "@/shared/ui/toasts";
import { listingQuery, useListing } from "../api";
import classes from "./ListMe.module.css";

/** Whoever would rather not be compared steps out with one tap, and back the same way. */
export function ListMe({ absent = false }: { absent?: boolean }) {
  const t = useT("boards");
  const listing = useListing();
  const { data } = useQuery(listingQuery);
  if (!data) return null;
  const listed = data.shown;
  const change = (shown: boolean) =>
    listing.mutate(shown, {
      onSuccess: () =>
        toast({
          text: t(shown ? "shown" : "hidden"),
          tone: "good",
          key: "boards.listing",
          action: shown ? undefined : { label: t("undo"), run: () => change(true) },
        }),
      onError: (error) => toast({ text: errorText(error), tone: "bad" }),
    });
  return (
    <div className={classes.listing}>
      {!listed && <p className={classes.hint}>{t("unlisted")}</p>}
      {listed && absent && <p className={classes.hint}>{t("absent")}</p>}
      <UnstyledButton className={classes.act} disabled={listing.isPending} onClick={() => change(!listed)}>
        {t(listed ? "hide" : "show")}
      </UnstyledButton>
    </div>
  );
}
