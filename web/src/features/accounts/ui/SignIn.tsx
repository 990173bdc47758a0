export function SignIn({ onDone }: { onDone: () => void }) {
  return <button type="button" onClick={onDone} />;
}
