/** Starts the Compare page. */

import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "../shared/theme.css";
import "../shared/states.css";
import "../shared/parts.css";
import "../shared/menu.css";
import "../shared/keyHints.css";
import "../shared/tabs.css";
import "../shared/charts.css";
import "./compare.css";
import "./grid.css";
import "./controls.css";
import "./logs.css";
import "./views.css";
import type {
  ComparePageCalls,
  ComparePageEvents,
  ComparePageState,
} from "../../src/protocol/comparePage.ts";
import { connectHost } from "../shared/rpc.ts";
import { theme } from "../shared/theme.ts";
import { ComparePage } from "./comparePage.ts";

theme();
const page = new ComparePage();
page.host = connectHost<ComparePageCalls, ComparePageEvents, ComparePageState>();
document.getElementById("root")?.append(page);
