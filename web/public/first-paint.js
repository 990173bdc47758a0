// Runs before the first paint (a file, not inline: the content policy allows no inline scripts):
// theme and language are known before React is, so nothing flashes.
(() => {
  const root = document.documentElement;
  let scheme = "auto";
  let language = "";
  try {
    scheme = localStorage.getItem("om-scheme") || "auto";
    language = localStorage.getItem("om-language") || "";
  } catch {
    // Storage is closed in some private windows: the system's choice is used.
  }
  const dark = scheme === "dark" || (scheme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
  root.lang = language || (/^(ru|be|uk|kk)/.test(navigator.language) ? "ru" : "en");
  const manifest = document.querySelector('link[rel="manifest"]');
  if (manifest) manifest.href = `/${root.lang}.webmanifest`;
})();
