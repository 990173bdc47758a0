/** One description of the file routes for the dev server, the build and `npm run routes`. */
export const routerConfig = {
  routesDirectory: "./src/pages",
  generatedRouteTree: "./src/app/routeTree.gen.ts",
  routeFileIgnorePattern: "\\.(test|module)\\.",
  quoteStyle: "double",
  semicolons: true,
  disableLogging: true,
};
