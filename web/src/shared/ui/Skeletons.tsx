import type { CSSProperties } from "react";
import { useT } from "../i18n/i18n";
import classes from "./Skeletons.module.css";

/** A sunk shape of the exact size of what comes. */
export function Block({
  width = "100%",
  height,
  round = false,
}: {
  width?: CSSProperties["width"];
  height: number;
  round?: boolean;
}) {
  return <span className={classes.block} style={{ width, height, borderRadius: round ? 999 : undefined }} />;
}

/** Wraps skeletons: says "loading" once to those who listen, hides the shapes from them. */
export function Loading({ children }: { children: React.ReactNode }) {
  const t = useT("common");
  return (
    <div role="status" aria-label={t("loading")}>
      <div aria-hidden="true">{children}</div>
    </div>
  );
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** List rows: 60 high by default (72 for people). */
export function RowsSkeleton({
  count = 5,
  height = 60,
  lead = 24,
}: {
  count?: number;
  height?: number;
  lead?: number;
}) {
  return (
    <Loading>
      {numbers(count).map((index) => (
        <div key={index} className={classes.row} style={{ height }}>
          {lead > 0 && <Block width={lead} height={lead} round />}
          <span className={classes.words}>
            <Block width={`${62 - (index % 3) * 12}%`} height={15} />
            <Block width={`${38 - (index % 2) * 10}%`} height={13} />
          </span>
        </div>
      ))}
    </Loading>
  );
}

export function RingsSkeleton({ count = 5, size = 52 }: { count?: number; size?: number }) {
  return (
    <Loading>
      <div className={classes.rings}>
        {numbers(count).map((index) => (
          <Block key={index} width={size} height={size} round />
        ))}
      </div>
    </Loading>
  );
}

/** Shelves of badges: a title, three figures, their names. */
export function ShelvesSkeleton({ count = 3, perShelf = 3 }: { count?: number; perShelf?: number }) {
  return (
    <Loading>
      {numbers(count).map((shelf) => (
        <div key={shelf} className={classes.shelf}>
          <Block width="30%" height={18} />
          <div className={classes.standing}>
            {numbers(perShelf).map((index) => (
              <Block key={index} width={84} height={92} />
            ))}
          </div>
          <Block height={3} />
          <div className={classes.standing}>
            {numbers(perShelf).map((index) => (
              <Block key={index} width={84} height={32} />
            ))}
          </div>
        </div>
      ))}
    </Loading>
  );
}

export function ChartSkeleton({ height = 220 }: { height?: number }) {
  return (
    <Loading>
      <Block height={height} />
    </Loading>
  );
}

export function TilesSkeleton({ count = 3 }: { count?: number }) {
  return (
    <Loading>
      <div className={classes.tiles}>
        {numbers(count).map((index) => (
          <Block key={index} height={48} />
        ))}
      </div>
    </Loading>
  );
}

/** A whole page while its code arrives. */
export function PageSkeleton() {
  return (
    <div className={classes.page}>
      <Block width="45%" height={30} />
      <RowsSkeleton count={6} />
    </div>
  );
}
