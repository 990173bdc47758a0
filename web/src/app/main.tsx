import "./styles";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeQueryClient } from "@/shared/api/queries";
import { startWords } from "@/shared/i18n/i18n";
import { Providers } from "./providers";
import { makeRouter } from "./router";
import { loadAllWords } from "./words";

await startWords(loadAllWords);

const queries = makeQueryClient();
const router = makeRouter(queries);
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
