import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { ApiError } from "@/shared/api/errors";
import { goodbye } from "@/shared/api/goodbye";
import type { components } from "@/shared/api/schema";
import { markFresh, mayBeSignedIn } from "@/shared/api/session";
import { isLanguage, type Language, language, setLanguage } from "@/shared/i18n/i18n";

export type Me = components["schemas"]["Me"];

/** Who is here; null for nobody. Without the session's cookie the server is not even asked. */
export const meQuery = queryOptions<Me | null>({
  queryKey: ["me"],
  queryFn: async () => {
    if (!mayBeSignedIn()) return null;
    try {
      return await unwrap(api.GET("/api/v1/me"));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

export const sessionsQuery = queryOptions({
  queryKey: ["me", "sessions"],
  queryFn: () => unwrap(api.GET("/api/v1/me/sessions")),
});

export const linkCodeQuery = queryOptions({
  queryKey: ["me", "link-code"],
  queryFn: () => unwrap(api.GET("/api/v1/me/link-code")),
  staleTime: 0,
  gcTime: 0,
});

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { login: string; password: string }) => unwrap(api.POST("/api/v1/auth/login", { body })),
    onSuccess: async ({ user, expires_in }) => {
      markFresh(expires_in);
      queries.setQueryData(meQuery.queryKey, user);
      if (isLanguage(user.locale)) await setLanguage(user.locale);
    },
  });
}

export function useSignUp() {
  return useMutation({
    mutationFn: (body: { username: string; email: string; password: string }) =>
      unwrap(
        api.POST("/api/v1/auth/register", {
          body: { ...body, locale: language(), time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
        }),
      ),
  });
}

export function useResendLetter() {
  return useMutation({
    mutationFn: (email: string) => unwrap(api.POST("/api/v1/auth/confirm/resend", { body: { email } })),
  });
}

export function useConfirm() {
  return useMutation({
    mutationFn: (token: string) => unwrap(api.POST("/api/v1/auth/confirm", { body: { token } })),
  });
}

export function useForgot() {
  return useMutation({
    mutationFn: (email: string) => unwrap(api.POST("/api/v1/auth/password/forgot", { body: { email } })),
  });
}

export function useReset() {
  return useMutation({
    mutationFn: (body: { token: string; password: string }) =>
      unwrap(api.POST("/api/v1/auth/password/reset", { body })),
  });
}

export function useConfirmEmail() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => unwrap(api.POST("/api/v1/auth/email/confirm", { body: { token } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: meQuery.queryKey, exact: true }),
  });
}

/** Leave this device: the server forgets the session, the browser forgets the person. */
export function useSignOut() {
  return useMutation({
    mutationFn: async () => {
      try {
        await unwrap(api.POST("/api/v1/auth/logout"));
      } catch (error) {
        // A session that is already over is what was wanted.
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
      }
      await goodbye();
    },
  });
}

export function useSaveProfile() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: components["schemas"]["MePatch"]) => unwrap(api.PATCH("/api/v1/me", { body })),
    onSuccess: (me) => queries.setQueryData(meQuery.queryKey, me),
  });
}

/** Change the language of this page, of our letters, and of every text that the server has already answered. */
export function useSpeak(): (next: Language) => void {
  const queries = useQueryClient();
  const { mutate } = useSaveProfile();
  return (next) => {
    void setLanguage(next);
    mutate({ locale: next }, { onSuccess: () => void queries.invalidateQueries() });
  };
}

export function useSaveAvatar() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (picture: Blob | null) =>
      picture === null
        ? unwrap(api.DELETE("/api/v1/me/avatar"))
        : unwrap(
            api.PUT("/api/v1/me/avatar", {
              // The generated type knows a file only as text; the serializer sends the bytes.
              body: { file: "" },
              bodySerializer: () => {
                const form = new FormData();
                form.append("file", picture, "avatar.webp");
                return form;
              },
            }),
          ),
    onSuccess: (me) => queries.setQueryData(meQuery.queryKey, me),
  });
}

export function useChangePassword() {
  return useMutation({
    mutationFn: (body: { current_password: string; new_password: string }) =>
      unwrap(api.PUT("/api/v1/me/password", { body })),
  });
}

export function useChangeEmail() {
  return useMutation({
    mutationFn: (body: { email: string; password: string }) => unwrap(api.PUT("/api/v1/me/email", { body })),
  });
}

export function useEndSession() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: components["schemas"]["Session"]["id"]) =>
      unwrap(api.DELETE("/api/v1/me/sessions/{id}", { params: { path: { id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
}

/** Ends every session, this one too. */
export function useEndAllSessions() {
  return useMutation({
    mutationFn: async () => {
      await unwrap(api.DELETE("/api/v1/me/sessions"));
      await goodbye();
    },
  });
}

export function useDeleteAccount() {
  return useMutation({
    mutationFn: async (password: string) => {
      await unwrap(api.DELETE("/api/v1/me", { body: { password } }));
      await goodbye();
    },
  });
}

/** Everything that the server keeps about me, as a file. */
export async function exportAccount(): Promise<Blob> {
  const data = await unwrap(api.GET("/api/v1/me/export"));
  return new Blob([JSON.stringify(data, null, 2)], { type: "application/json" });
}
