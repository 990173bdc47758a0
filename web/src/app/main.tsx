import "./styles";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeQueryClient } from "@/shared/api/queries";
import { startWords } from "@/shared/i18n/i18n";
import { watchInstall } from "@/shared/ui/install";
import { keepReads } from "./persist";
import { Providers } from "./providers";
import { startServiceWorker } from "./pwa";
import { makeRouter } from "./router";
import { watchSession } from "./session";
import { loadWords } from "./words";

watchInstall();
const queries = makeQueryClient();
await Promise.all([startWords(loadWords), keepReads(queries)]);
const router = makeRouter(queries);
watchSession(queries, router);

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Providers queries={queries}>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  );
}
void startServiceWorker();
