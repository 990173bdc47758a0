import { Button } from "@mantine/core";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { useT } from "@/shared/i18n/i18n";
import { FormError } from "@/shared/ui/FormError";
import { cropOf } from "../model";
import classes from "./me.module.css";

const SAVED_PX = 512;
const ZOOM_MAX = 6;
const STEP = 0.04;

interface AvatarCropProps {
  picture: ImageBitmap;
  saving: boolean;
  error: unknown;
  onDone: (cut: Blob) => void;
}

/** A round window over the picture: drag or arrows move it, the slider brings it closer. */
export function AvatarCrop({ picture, saving, error, onDone }: AvatarCropProps) {
  const t = useT("accounts");
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<{ x: number; y: number } | null>(null);
  const [zoom, setZoom] = useState(1);
  const [centre, setCentre] = useState({ x: picture.width / 2, y: picture.height / 2 });
  const crop = cropOf(picture.width, picture.height, zoom, centre.x, centre.y);

  useEffect(() => {
    canvas.current
      ?.getContext("2d")
      ?.drawImage(picture, crop.x, crop.y, crop.side, crop.side, 0, 0, SAVED_PX, SAVED_PX);
  }, [picture, crop.x, crop.y, crop.side]);

  const shift = (dx: number, dy: number) => {
    const moved = cropOf(picture.width, picture.height, zoom, crop.x + crop.side / 2 + dx, crop.y + crop.side / 2 + dy);
    setCentre({ x: moved.x + moved.side / 2, y: moved.y + moved.side / 2 });
  };
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!last.current) return;
    const scale = crop.side / event.currentTarget.clientWidth;
    shift((last.current.x - event.clientX) * scale, (last.current.y - event.clientY) * scale);
    last.current = { x: event.clientX, y: event.clientY };
  };
  const steer = (event: KeyboardEvent) => {
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    shift(step[0] * crop.side * STEP, step[1] * crop.side * STEP);
  };
  const finish = () => canvas.current?.toBlob((blob) => blob && onDone(blob), "image/webp", 0.9);

  return (
    <div className={classes.form}>
      <div
        className={classes.stage}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows move the picture
        tabIndex={0}
        aria-label={t("avatar.window")}
        onKeyDown={steer}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          last.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerMove={drag}
        onPointerUp={() => {
          last.current = null;
        }}
      >
        <canvas ref={canvas} width={SAVED_PX} height={SAVED_PX} />
      </div>
      <label>
        <span className={classes.note}>{t("avatar.zoom")}</span>
        <input
          className={classes.zoom}
          type="range"
          min={1}
          max={ZOOM_MAX}
          step={0.05}
          value={zoom}
          onChange={(event) => setZoom(Number(event.currentTarget.value))}
        />
      </label>
      <FormError error={error} />
      <Button loading={saving} onClick={finish}>
        {t("avatar.save")}
      </Button>
    </div>
  );
}
