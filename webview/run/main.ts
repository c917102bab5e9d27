/** Starts the Run page. */

import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "../shared/theme.css";
import "../shared/states.css";
import "../shared/parts.css";
import "../shared/menu.css";
import "../shared/keyHints.css";
import "../shared/tabs.css";
import "../shared/charts.css";
import "./run.css";
import "./output.css";
import "./runTabs.css";
import "./terminal.css";
import type { RunPageCalls, RunPageEvents, RunPageState } from "../../src/protocol/runPage.ts";
import { connectHost } from "../shared/rpc.ts";
import { theme } from "../shared/theme.ts";
import { RunPage } from "./runPage.ts";

theme();
const page = new RunPage();
page.host = connectHost<RunPageCalls, RunPageEvents, RunPageState>();
document.getElementById("root")?.append(page);
