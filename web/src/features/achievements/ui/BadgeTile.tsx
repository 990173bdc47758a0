import type { TFunction } from "i18next";
import { type Formats, useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { ShelfItem } from "@/shared/ui/Shelf";
import { type Caption, captionOf, lookOf, nameOf, type Progress, tiersOf } from "../model";
import { Badge } from "./Badge";
import classes from "./BadgeTile.module.css";

interface BadgeTileProps {
  badge: Progress;
  onOpen: (code: string) => void;
}

/** A badge standing on its shelf, its name and how far it is hanging below. */
export function BadgeTile({ badge, onOpen }: BadgeTileProps) {
  const t = useT("achievements");
  const formats = useFormats();
  const caption = captionOf(badge, new Date());
  return (
    <ShelfItem figure={<ProgressBadge badge={badge} size={88} />} onClick={() => onOpen(badge.code)}>
      <span className={classes.name}>{nameOf(badge) ?? t("closed.name")}</span>
      <span className={classes.caption} data-kind={caption.kind}>
        {captionText(caption, badge, t, formats)}
      </span>
    </ShelfItem>
  );
}

/** The drawing of one line of the wall. */
export function ProgressBadge({ badge, size }: { badge: Progress; size: number }) {
  return (
    <Badge
      shape={badge.shape}
      icon={badge.icon}
      state={lookOf(badge)}
      share={badge.share}
      tiers={tiersOf(badge)}
      size={size}
    />
  );
}

export function captionText(caption: Caption, badge: Progress, t: TFunction, formats: Formats): string {
  switch (caption.kind) {
    case "today":
      return t("caption.today");
    case "rare":
      return t("caption.rare", { share: formats.percent(caption.share) });
    case "earned":
      return formats.day(caption.at);
    case "progress":
      return t("caption.progress", { value: formats.number(caption.value), target: formats.number(caption.target) });
    case "waiting":
      return t("caption.waiting", { target: formats.number(caption.target) });
    case "closed":
      return badge.description ? t("closed.hint", { hint: badge.description }) : t("closed.secret");
  }
}
