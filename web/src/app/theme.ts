import { Button, type CSSVariablesResolver, createTheme, type MantineColorsTuple, rem } from "@mantine/core";

/**
 * The tokens of the drawn interface direction. Components use the variables (`var(--ink2)`) or Mantine's names that
 * are mapped onto them below; raw colours live in this file only.
 */
const light = {
  paper: "#f7f3ec",
  surface: "#fffdf9",
  sunk: "#ede7dc",
  ink: "#231f2c",
  ink2: "#5d5766",
  line: "#ddd5c8",
  acc: "#0b6e5f",
  "on-acc": "#ffffff",
  tint: "#d3ece2",
  viz: "#1a917b",
  track: "#e0d8ca",
  spark: "#a8155f",
  red: "#a92a1f",
  "red-tint": "#f8e2dc",
  amber: "#7d4e00",
  "amber-tint": "#f6e8cb",
  green: "#2c6a34",
  "scene-sky": "#e6efe6",
  "scene-far": "#d2e2d6",
  "scene-mid": "#bdd6c8",
  "scene-near": "#a6c8b7",
  "scene-sun": "#ffe3a6",
  "scene-window": "#f2a04e",
  "scene-star": "#b9cdbf",
  "heat-1": "#cfe6db",
  "heat-2": "#93cbb7",
  "heat-3": "#4aa28b",
  "heat-4": "#0b6e5f",
  scrim: "rgb(18 14 24 / 46%)",
  shadow: "0 1px 2px #2c20180f, 0 8px 24px #2c20181a",
};

const dark: typeof light = {
  paper: "#121419",
  surface: "#1a1d24",
  sunk: "#22262f",
  ink: "#eceef2",
  ink2: "#a5abb8",
  line: "#2c313c",
  acc: "#74dcc3",
  "on-acc": "#06231d",
  tint: "#17362f",
  viz: "#5ecbb1",
  track: "#2c313c",
  spark: "#ff86bd",
  red: "#ff9a8e",
  "red-tint": "#3a1f1f",
  amber: "#f3bd6a",
  "amber-tint": "#352a17",
  green: "#8fd694",
  "scene-sky": "#18222a",
  "scene-far": "#1e2d34",
  "scene-mid": "#22383c",
  "scene-near": "#284643",
  // The sheet's sun was too brown in the dark; this is the mended tone.
  "scene-sun": "#dcb97e",
  "scene-window": "#ffb35c",
  "scene-star": "#4c6169",
  "heat-1": "#1c3a34",
  "heat-2": "#2b6658",
  "heat-3": "#46a08b",
  "heat-4": "#74dcc3",
  scrim: "rgb(8 6 12 / 62%)",
  shadow: "0 0 0 1px #2c313c, 0 12px 32px #00000080",
};

/** Ten steps whose 9th is the light theme's tone and whose 4th is the dark one's (see primaryShade). */
const phosphor: MantineColorsTuple = [
  "#e9f8f3",
  "#d3ece2",
  "#a6e6d5",
  "#74dcc3",
  "#5ecbb1",
  "#3fb197",
  "#1a917b",
  "#12806d",
  "#0b6e5f",
  "#07564a",
];
const spark: MantineColorsTuple = [
  "#ffeff7",
  "#ffd6e9",
  "#ffaed4",
  "#ff86bd",
  "#f561a5",
  "#e04390",
  "#c92d7d",
  "#b91f6d",
  "#a8155f",
  "#860d4a",
];
const red: MantineColorsTuple = [
  "#fdf0ed",
  "#f8e2dc",
  "#ffc0b7",
  "#ff9a8e",
  "#ef7567",
  "#dc5648",
  "#c8402f",
  "#b93527",
  "#a92a1f",
  "#861f16",
];
const amber: MantineColorsTuple = [
  "#fdf6e8",
  "#f6e8cb",
  "#f8d59b",
  "#f3bd6a",
  "#dd9f3f",
  "#c0821f",
  "#a56a0b",
  "#925c04",
  "#7d4e00",
  "#613c00",
];
const green: MantineColorsTuple = [
  "#eef8ee",
  "#d9efda",
  "#b5e3b8",
  "#8fd694",
  "#6cbb72",
  "#509e57",
  "#3e8647",
  "#35783d",
  "#2c6a34",
  "#1f5026",
];

/** Mantine draws dark controls from these: the cool greys of the dark tokens. */
const darks: MantineColorsTuple = [
  "#eceef2",
  "#c9ced8",
  "#a5abb8",
  "#7d8493",
  "#3a404d",
  "#2c313c",
  "#1a1d24",
  "#121419",
  "#0e1014",
  "#0a0b0e",
];

export const theme = createTheme({
  primaryColor: "phosphor",
  primaryShade: { light: 8, dark: 3 },
  autoContrast: false,
  colors: { phosphor, spark, red, amber, green, dark: darks },
  black: light.ink,
  white: light.surface,
  // No `system-ui`: on many Linux desktops it is a face far wider than the sheets were drawn for.
  fontFamily:
    '-apple-system, BlinkMacSystemFont, "Segoe UI Variable Text", "Segoe UI", Roboto, "Noto Sans", Ubuntu, "DejaVu Sans Condensed", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: rem(13), sm: rem(15), md: rem(15), lg: rem(18), xl: rem(24) },
  lineHeights: { xs: "1.385", sm: "1.467", md: "1.467", lg: "1.333", xl: "1.25" },
  spacing: { xxs: rem(4), xs: rem(8), sm: rem(12), md: rem(16), lg: rem(24), xl: rem(32) },
  radius: { xs: rem(4), sm: rem(8), md: rem(12), lg: rem(16), xl: rem(999) },
  defaultRadius: "sm",
  headings: {
    fontWeight: "700",
    sizes: {
      h1: { fontSize: rem(24), lineHeight: rem(30) },
      h2: { fontSize: rem(15), lineHeight: rem(22) },
      h3: { fontSize: rem(15), lineHeight: rem(22) },
      h4: { fontSize: rem(13), lineHeight: rem(18) },
    },
  },
  shadows: { xs: "none", sm: "none", md: "var(--shadow)", lg: "var(--shadow)", xl: "var(--shadow)" },
  respectReducedMotion: true,
  cursorType: "pointer",
  breakpoints: { xs: "30em", sm: "40em", md: "60em", lg: "75em", xl: "90em" },
  components: {
    Button: Button.extend({
      defaultProps: { size: "md" },
      // Words that grow, or a long language, take a second line rather than lose their end.
      styles: {
        root: { "--button-height": rem(48), height: "auto", fontWeight: 700 },
        inner: { minHeight: "calc(var(--button-height) - 2px)" },
        label: {
          height: "auto",
          paddingBlock: rem(4),
          whiteSpace: "normal",
          overflowWrap: "anywhere",
          lineHeight: 1.25,
        },
      },
      // White on the dark theme's mint would be unreadable.
      vars: (_, { variant, color }) => ({
        root: (variant ?? "filled") === "filled" && !color ? { "--button-color": "var(--on-acc)" } : {},
      }),
    }),
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: rem(44), radius: "xl" } },
    TextInput: { defaultProps: { size: "md" } },
    PasswordInput: { defaultProps: { size: "md" } },
    Textarea: { defaultProps: { size: "md" } },
    Select: { defaultProps: { size: "md", allowDeselect: false, checkIconPosition: "right" } },
    Anchor: { defaultProps: { underline: "hover" } },
    SegmentedControl: {
      styles: {
        root: { background: "var(--sunk)", flexWrap: "wrap" },
        indicator: { background: "var(--surface)" },
        label: { paddingInline: rem(8) },
      },
    },
  },
});

function variables(tokens: typeof light): Record<string, string> {
  return Object.fromEntries(Object.entries(tokens).map(([name, value]) => [`--${name}`, value]));
}

/** Own tokens, and Mantine's own variables pointed at them. */
export const resolver: CSSVariablesResolver = () => {
  const shared = {
    "--mantine-color-body": "var(--paper)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--ink2)",
    "--mantine-color-placeholder": "var(--ink2)",
    "--mantine-color-default": "var(--surface)",
    "--mantine-color-default-hover": "var(--sunk)",
    "--mantine-color-default-color": "var(--ink)",
    "--mantine-color-default-border": "var(--line)",
    "--mantine-color-anchor": "var(--acc)",
    "--mantine-color-error": "var(--red)",
    "--mantine-color-phosphor-text": "var(--acc)",
    "--mantine-color-phosphor-filled": "var(--acc)",
    "--mantine-color-phosphor-light": "var(--tint)",
    "--mantine-color-phosphor-light-hover": "var(--tint)",
    "--mantine-color-phosphor-light-color": "var(--acc)",
    "--mantine-color-phosphor-outline": "var(--acc)",
    "--mantine-color-red-text": "var(--red)",
    "--mantine-color-amber-text": "var(--amber)",
    "--mantine-color-green-text": "var(--green)",
    "--mantine-color-spark-text": "var(--spark)",
    "--mantine-primary-color-light": "var(--tint)",
    "--mantine-primary-color-contrast": "var(--on-acc)",
    "--mantine-color-gray-text": "var(--ink2)",
    "--mantine-color-gray-light-color": "var(--ink2)",
    "--mantine-color-gray-light-hover": "var(--sunk)",
    "--mantine-color-disabled": "var(--sunk)",
    "--mantine-color-disabled-color": "var(--ink2)",
    "--mantine-color-disabled-border": "var(--line)",
  };
  return {
    variables: {},
    light: { ...variables(light), ...shared },
    dark: { ...variables(dark), ...shared },
  };
};
