import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorState } from "./ErrorState";

interface AwaitProps<T> {
  query: UseQueryResult<T>;
  /** Of the size of what comes. */
  skeleton: ReactNode;
  /** Shown instead of the data when `isEmpty` says so; has the next step. */
  empty?: ReactNode;
  isEmpty?: (data: T) => boolean;
  /** The error without its drawing, for a part of a page. */
  small?: boolean;
  children: (data: T) => ReactNode;
}

/** The four states of whatever comes from the server. Data that is already here stays in view when a refresh fails. */
export function Await<T>({ query, skeleton, empty, isEmpty, small = true, children }: AwaitProps<T>) {
  if (query.data !== undefined) {
    return <>{empty !== undefined && isEmpty?.(query.data) ? empty : children(query.data)}</>;
  }
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} small={small} />;
  return <>{skeleton}</>;
}
