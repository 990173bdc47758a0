import { Button } from "@mantine/core";
import { IconDownload, IconLink, IconShare } from "@tabler/icons-react";
import { useT } from "@/shared/i18n/i18n";
import { toast } from "@/shared/ui/toasts";
import { nameOf, type Progress, tiersOf } from "../model";
import { badgePicture, canShareFiles, saveFile } from "../share";
import classes from "./BadgeSheet.module.css";

/** Show a badge to others: the phone's own share sheet, else a link and a picture. */
export function ShareBadge({ badge, at }: { badge: Progress; at: string }) {
  const t = useT("achievements");
  const name = nameOf(badge) ?? badge.code;
  const link = `${location.origin}/achievements?badge=${encodeURIComponent(badge.code)}`;
  const picture = () =>
    badgePicture({
      shape: badge.shape,
      icon: badge.icon,
      tiers: tiersOf(badge),
      name,
      line: t("share.line", { at }),
      file: `${badge.code}.png`,
    });

  const share = async () => {
    try {
      await navigator.share({ title: name, text: t("share.text", { name }), files: [await picture()] });
    } catch (cause) {
      // Putting the phone's sheet away is an answer, not a failure.
      if (!(cause instanceof DOMException && cause.name === "AbortError"))
        toast({ text: t("share.failed"), tone: "bad" });
    }
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      toast({ text: t("share.copied"), tone: "good" });
    } catch {
      toast({ text: t("share.failed"), tone: "bad" });
    }
  };
  const save = async () => {
    try {
      saveFile(await picture());
    } catch {
      toast({ text: t("share.failed"), tone: "bad" });
    }
  };

  if (canShareFiles()) {
    return (
      <Button fullWidth onClick={share} leftSection={<IconShare size={20} aria-hidden="true" />}>
        {t("share.share")}
      </Button>
    );
  }
  return (
    <div className={classes.actions}>
      <Button onClick={save} leftSection={<IconDownload size={20} aria-hidden="true" />}>
        {t("share.save")}
      </Button>
      <Button variant="default" onClick={copy} leftSection={<IconLink size={20} aria-hidden="true" />}>
        {t("share.copy")}
      </Button>
    </div>
  );
}
