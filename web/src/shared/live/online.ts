import { create } from "zustand";

/** What the strip says: all is well, no network, the server is away, or its news may be late. */
export type Connection = "fine" | "offline" | "away" | "stale";

interface State {
  network: boolean;
  socket: "idle" | "open" | "away" | "stale";
}

export const useConnection = create<State>(() => ({
  network: typeof navigator === "undefined" || navigator.onLine,
  socket: "idle",
}));

if (typeof window !== "undefined") {
  window.addEventListener("online", () => useConnection.setState({ network: true }));
  window.addEventListener("offline", () => useConnection.setState({ network: false }));
}

export function connectionOf({ network, socket }: State): Connection {
  if (!network) return "offline";
  if (socket === "away" || socket === "stale") return socket;
  return "fine";
}

export function useOnline(): Connection {
  return useConnection(connectionOf);
}
