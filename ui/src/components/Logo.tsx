/** A bay, seen from above, and the letter on it. */
export function Logo({ size }: { size: number }) {
  return (
    <svg viewBox="0 0 64 64" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="64" height="64" rx="14" fill="#0b6069" />
      <path
        d="M14 12v40M14 12h8M14 52h8"
        fill="none"
        stroke="#f7c52d"
        strokeWidth="5"
        strokeLinecap="square"
      />
      <path
        d="M31 51V15h9.500c7 0 11.500 4.400 11.500 11s-4.500 11-11.500 11H31"
        fill="none"
        stroke="#fff"
        strokeWidth="7.500"
      />
    </svg>
  );
}
