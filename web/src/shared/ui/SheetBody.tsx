import { Modal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { type PointerEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useT } from "../i18n/i18n";
import classes from "./Sheet.module.css";

export interface SheetProps {
  opened: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  /** Only for a long text or a picture beside it. */
  wide?: boolean;
}

const CLOSE_AFTER_PX = 96;

/** The sheet itself; pages use `Sheet`, which brings this code when the first one opens. */
export function SheetBody({ opened, onClose, title, children, wide = false }: SheetProps) {
  const t = useT("common");
  const roomy = useMediaQuery("(min-width: 40em)") ?? false;
  const [pulled, setPulled] = useState(0);
  const from = useRef<number | null>(null);
  // Mantine remembers whom to give the focus back to when `opened` changes, and not when it begins as true.
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);

  const grab = (event: PointerEvent) => {
    from.current = event.clientY;
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const pull = (event: PointerEvent) => {
    if (from.current !== null) setPulled(Math.max(0, event.clientY - from.current));
  };
  const release = () => {
    if (pulled > CLOSE_AFTER_PX) onClose();
    from.current = null;
    setPulled(0);
  };

  return (
    <Modal
      opened={ready && opened}
      onClose={onClose}
      title={title}
      size={wide ? 720 : 480}
      centered={roomy}
      closeButtonProps={{ "aria-label": t("close"), size: 44 }}
      overlayProps={{ color: "var(--scrim)", backgroundOpacity: 1 }}
      transitionProps={{ transition: roomy ? "fade" : "slide-up", duration: 200, timingFunction: "ease-out" }}
      classNames={{
        inner: classes.inner,
        content: classes.content,
        header: classes.header,
        body: classes.body,
        title: classes.title,
      }}
      styles={{ content: pulled > 0 ? { translate: `0 ${pulled}px` } : {} }}
    >
      {!roomy && (
        <div
          className={classes.grab}
          aria-hidden="true"
          onPointerDown={grab}
          onPointerMove={pull}
          onPointerUp={release}
          onPointerCancel={release}
        />
      )}
      {children}
    </Modal>
  );
}
