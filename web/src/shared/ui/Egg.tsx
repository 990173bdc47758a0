import { useId } from "react";
import classes from "./Egg.module.css";

/**
 * The keyhole egg, drawn as in the art direction (mutexling, hue 255). It stands for somebody who is not here yet;
 * `breathing` moves it softly.
 */
export function Egg({ size, breathing = false }: { size: number; breathing?: boolean }) {
  const id = useId();
  const at = (name: string) => `${id}${name}`;
  const url = (name: string) => `url(#${id}${name})`;
  return (
    <svg
      className={classes.egg}
      data-breathing={breathing || undefined}
      width={size}
      height={size}
      viewBox="96 160 320 320"
      aria-hidden="true"
    >
      <defs>
        <radialGradient id={at("g")}>
          <stop offset="0" stopColor="#292141" stopOpacity=".5" />
          <stop offset=".6" stopColor="#292141" stopOpacity=".22" />
          <stop offset="1" stopColor="#292141" stopOpacity="0" />
        </radialGradient>
        <path
          id={at("s")}
          d="M256 190C276 190 300 203.7 316 222C332 240.3 345.7 275 352 300C358.3 325 359.7 350.7 354 372C348.3 393.3 334.3 415.7 318 428C301.7 440.3 276.7 446 256 446C235.3 446 210.3 440.3 194 428C177.7 415.7 163.7 393.3 158 372C152.3 350.7 153.7 325 160 300C166.3 275 180 240.3 196 222C212 203.7 236 190 256 190Z"
        />
        <clipPath id={at("c")}>
          <use href={`#${at("s")}`} />
        </clipPath>
        <radialGradient id={at("l")} cx=".32" cy=".18" r=".66">
          <stop offset="0" stopColor="#d0c6f6" />
          <stop offset="1" stopColor="#d0c6f6" stopOpacity="0" />
        </radialGradient>
        <radialGradient id={at("w")}>
          <stop offset="0" stopColor="#ffe2a0" stopOpacity=".9" />
          <stop offset=".5" stopColor="#ffb35c" stopOpacity=".52" />
          <stop offset="1" stopColor="#ffb35c" stopOpacity="0" />
        </radialGradient>
        <linearGradient id={at("r")} x1=".4" y1=".35" x2=".98" y2=".98">
          <stop offset=".5" stopColor="#6ac7db" stopOpacity="0" />
          <stop offset="1" stopColor="#6ac7db" stopOpacity=".6" />
        </linearGradient>
      </defs>
      <g transform="translate(256 464)scale(1.1)translate(-256 -446)">
        <ellipse cx="256" cy="450" rx="96" ry="17" fill={url("g")} />
        <g className={classes.body}>
          <use
            href={`#${at("s")}`}
            fill="#292141"
            stroke="#292141"
            strokeWidth="7"
            strokeLinejoin="round"
            transform="translate(1.8 2.8)"
          />
          <use href={`#${at("s")}`} fill="#6c7abb" />
          <g clipPath={url("c")}>
            <use href={`#${at("s")}`} fill="#77a7e5" transform="translate(-18 -20)" />
            <use href={`#${at("s")}`} fill={url("l")} transform="translate(-18 -20)" />
            <path
              stroke="#6c7abb"
              strokeWidth="8"
              d="M320 292h8m0 8h8m-16 24h8m0 8h8m-16 24h8m0 8h8m-16 8h8m-24 16h8m-40 16h8m8 0h8m-16 8h8m-80 8h8m8 0h8m8 0h8m8 0h8m8 0h8"
            />
            <path
              stroke="#77a7e5"
              strokeWidth="8"
              d="M336 284h8m-8 16h8m-8 16h8m8 0h8m-24 16h8m-8 16h8m-8 16h8m-16 8h8m-56 48h8m-96 8h8m8 0h8m8 0h8m8 0h8m8 0h8m8 0h8"
            />
            <circle className={classes.lantern} cx="252" cy="352" r="120" fill={url("w")} />
            <path
              d="M120 250q136 40 272 0v20q-136 40 -272 0zM120 410q136 40 272 0v20q-136 40 -272 0z"
              fill="#60589b"
              fillOpacity=".45"
            />
            <path d="M252 310a30 30 0 0 1 15 56l9 40q-24 8 -48 0l9 -40a30 30 0 0 1 15 -56z" fill="#292141" />
            <path d="M252 322a18 18 0 0 1 9 34l7 42q-16 5 -32 0l7 -42a18 18 0 0 1 9 -34z" fill="#ffe2a0" />
            <use href={`#${at("s")}`} fill="none" stroke={url("r")} strokeWidth="8" />
          </g>
        </g>
        <g className={classes.crumbs}>
          <path d="M321.8 195.3h14v14h-14zM319.9 173.6h9.2v9.2h-9.2z" fill="#77a7e5" />
          <path d="M309.2 185.1h12.4v12.4h-12.4zM331.9 172.5h7.6v7.6h-7.6z" fill="#6c7abb" />
          <path d="M320 181.2h10.8v10.8h-10.8zM332.5 171.9h6v6h-6z" fill="#fd9e3d" />
        </g>
      </g>
    </svg>
  );
}
