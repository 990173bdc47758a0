import { Button } from "@mantine/core";
import { IconPhoto, IconTrash } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useT } from "@/shared/i18n/i18n";
import { Avatar } from "@/shared/ui/Avatar";
import { FormError } from "@/shared/ui/FormError";
import { Sheet } from "@/shared/ui/Sheet";
import { type Me, useSaveAvatar } from "../api";
import { AvatarCrop } from "./AvatarCrop";
import classes from "./me.module.css";

const MAX_BYTES = 20 * 1024 * 1024;

/** Choose a picture, cut a square out of it, see it as others will; only the square leaves the device. */
export function AvatarField({ me }: { me: Me }) {
  const t = useT("accounts");
  const input = useRef<HTMLInputElement>(null);
  const [picture, setPicture] = useState<ImageBitmap | null>(null);
  const [unreadable, setUnreadable] = useState(false);
  const save = useSaveAvatar();

  const open = async (file: File | undefined) => {
    if (!file) return;
    setUnreadable(false);
    try {
      if (file.size > MAX_BYTES) throw new RangeError("too large to cut on a phone");
      setPicture(await createImageBitmap(file, { imageOrientation: "from-image" }));
    } catch {
      setUnreadable(true);
    }
  };

  return (
    <div className={classes.form} data-tight>
      <div className={classes.person}>
        <Avatar name={me.display_name || me.username} src={me.avatar_url} size={72} />
        <div className={classes.buttons}>
          <Button
            variant="default"
            leftSection={<IconPhoto size={20} stroke={1.75} />}
            onClick={() => input.current?.click()}
          >
            {t(me.avatar_url ? "avatar.change" : "avatar.choose")}
          </Button>
          {me.avatar_url && (
            <Button
              variant="subtle"
              loading={save.isPending && picture === null}
              leftSection={<IconTrash size={20} stroke={1.75} />}
              onClick={() => save.mutate(null)}
            >
              {t("avatar.remove")}
            </Button>
          )}
        </div>
        <input
          ref={input}
          type="file"
          accept="image/jpeg,image/png,image/webp,image/gif,image/avif"
          hidden
          aria-label={t("avatar.choose")}
          onChange={(event) => {
            void open(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
      </div>
      {unreadable && (
        <p className={classes.note} role="alert">
          {t("avatar.unreadable")}
        </p>
      )}
      {picture === null && <FormError error={save.error} />}
      <Sheet opened={picture !== null} onClose={() => setPicture(null)} title={t("avatar.cut")}>
        {picture && (
          <AvatarCrop
            picture={picture}
            saving={save.isPending}
            error={save.error}
            onDone={(cut) => save.mutate(cut, { onSuccess: () => setPicture(null) })}
          />
        )}
      </Sheet>
    </div>
  );
}
