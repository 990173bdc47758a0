/** A lantern that lost its light, torn a little: what stands where something did not answer. */
export function BrokenLantern({ size }: { size: number }) {
  const glass = "M70 62h60l14 78h-88z";
  return (
    <svg width={size} height={size} viewBox="0 0 200 200" aria-hidden="true">
      <ellipse cx="100" cy="176" rx="56" ry="9" fill="var(--sunk)" />
      <g fill="none" stroke="var(--ink)" strokeWidth="5" strokeLinejoin="round" strokeLinecap="round">
        <path d="M82 40a18 18 0 0 1 36 0v8" />
        <path d="M66 62l10-14h48l10 14z" fill="#77a7e5" />
        <path d={glass} fill="#d0c6f6" />
        <path d="M50 140h100l6 28H44z" fill="#6c7abb" />
      </g>
      <path d="M100 84a12 12 0 0 1 6 22l5 22q-11 4-22 0l5-22a12 12 0 0 1 6-22z" fill="#292141" />
      <path d="M98 62l8 18-12 14 14 16-8 30" fill="none" stroke="var(--ink)" strokeWidth="3" strokeLinejoin="round" />
      <g>
        <path d="M28 96h26v5H28zM146 120h28v5h-28z" fill="#fd9e3d" />
        <path d="M150 58h12v12h-12zM168 44h8v8h-8z" fill="#77a7e5" />
        <path d="M160 38h7v7h-7zM176 62h6v6h-6z" fill="#fd9e3d" />
        <path d="M118 152h8v8h-8zM134 152h8v8h-8zM126 160h8v8h-8z" fill="#60589b" />
      </g>
    </svg>
  );
}
