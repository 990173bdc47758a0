/** An empty state's drawing: a lantern that burns evenly, since nothing went wrong. */
export function Lantern({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 132 132" aria-hidden="true" fill="none">
      <circle cx="66" cy="70" r="46" fill="var(--scene-sun)" opacity="0.55" />
      <path d="M50 34h32l10 12v48l-10 10H50L40 94V46Z" fill="var(--scene-mid)" transform="translate(5 5)" />
      <path
        d="M50 34h32l10 12v48l-10 10H50L40 94V46Z"
        fill="var(--surface)"
        stroke="var(--ink)"
        strokeWidth="3.5"
        strokeLinejoin="round"
      />
      <path d="M66 58c9 10 12 16 12 23a12 12 0 0 1-24 0c0-7 3-13 12-23Z" fill="var(--scene-window)" />
      <path d="M66 72c4 5 6 8 6 12a6 6 0 0 1-12 0c0-4 2-7 6-12Z" fill="var(--scene-sun)" />
      <path
        d="M40 46h52M40 94h52M58 34v-8a8 8 0 0 1 16 0v8"
        stroke="var(--ink)"
        strokeWidth="3.5"
        strokeLinecap="round"
      />
      {[
        [84, 84],
        [78, 88],
        [84, 78],
        [78, 82],
        [72, 88],
      ].map(([x, y]) => (
        <rect key={`${x}-${y}`} x={x} y={y} width="4" height="4" fill="var(--track)" />
      ))}
    </svg>
  );
}
