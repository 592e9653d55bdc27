import { mount } from "svelte";
import "./app.css";
import App from "./App.svelte";
import Sorry from "./parts/Sorry.svelte";
import { Explorer } from "./lib/explorer.svelte.ts";
import { startTheme } from "./lib/theme.ts";

startTheme();
const target = document.getElementById("app") as HTMLElement;
Explorer.open().then(
  (explorer) => mount(App, { target, props: { explorer } }),
  (error: unknown) => mount(Sorry, { target, props: { why: error instanceof Error ? error.message : String(error) } }),
);
