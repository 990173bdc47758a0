/** An empty state's drawing: a cartridge that has not been plugged in yet, by the same hand as the badges. */
export function Cartridge({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 132 132" aria-hidden="true" fill="none">
      <path
        d="M30 22h72a8 8 0 0 1 8 8v62H96v14H36V92H22V30a8 8 0 0 1 8-8Z"
        fill="var(--scene-mid)"
        transform="translate(5 5)"
      />
      <path
        d="M30 22h72a8 8 0 0 1 8 8v62H96v14H36V92H22V30a8 8 0 0 1 8-8Z"
        fill="var(--surface)"
        stroke="var(--ink)"
        strokeWidth="3.5"
        strokeLinejoin="round"
      />
      <rect x="36" y="36" width="60" height="38" rx="4" fill="var(--tint)" stroke="var(--ink)" strokeWidth="3" />
      <circle cx="66" cy="50" r="7" fill="var(--viz)" />
      <path d="M62.500 54h7l3 14h-13z" fill="var(--viz)" />
      {[42, 52, 62, 72, 82].map((x) => (
        <rect key={x} x={x} y="96" width="5" height="10" fill="var(--ink2)" />
      ))}
      {[
        [78, 62],
        [84, 62],
        [84, 56],
        [90, 62],
        [90, 68],
        [84, 68],
        [78, 68],
      ].map(([x, y]) => (
        <rect key={`${x}-${y}`} x={x} y={y} width="4" height="4" fill="var(--heat-2)" />
      ))}
      <rect x="104" y="14" width="7" height="7" fill="var(--scene-window)" />
      <rect x="115" y="8" width="4" height="4" fill="var(--scene-window)" />
    </svg>
  );
}
