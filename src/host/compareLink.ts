/** Links that open a comparison as somebody else saw it: `<scheme>://<publisher>.<name>/compare?runs=<id>,…&view=…`. */

import * as vscode from "vscode";
import type { Request } from "./server.ts";

const t = vscode.l10n.t;
const path = "/compare";
/** More would be too long for an address. */
export const mostLinked = 500;
const longestView = 30_000;
const runId = /^[0-9a-f]{32}$/;

/** The link of these runs, seen so. */
export function compareLink(extensionId: string, runIds: readonly string[], view: string): string {
  const query = new URLSearchParams({ runs: runIds.slice(0, mostLinked).join(","), view });
  return `${vscode.env.uriScheme}://${extensionId}${path}?${query}`;
}

/** Opens what such links name, as far as it is here, and says what is not. Anybody can make a link: it can do nothing but show. */
export function openLinkedComparisons(
  request: Request,
  show: (runIds: readonly string[], view: string) => void,
): vscode.Disposable {
  return vscode.window.registerUriHandler({
    async handleUri(uri) {
      const asked = linked(uri);
      if (asked === null) {
        void vscode.window.showWarningMessage(
          t("This link names no runs that Runline could show. Ask for it to be copied again."),
        );
        return;
      }
      const { runIds, view } = asked;
      const known = await request("runs/list", { ids: runIds, limit: runIds.length }).catch(() => []);
      const here = new Set(known.map(({ id }) => id));
      const found = runIds.filter((id) => here.has(id));
      const missing = runIds.length - found.length;
      if (found.length > 0) show(found, view);
      if (missing > 0)
        void vscode.window.showWarningMessage(
          found.length === 0
            ? t(
                "None of the link's {0} runs is in this workspace. Open the folder they belong to, and then the link again.",
                missing,
              )
            : t(
                "{0} of the link's {1} runs are not in this workspace and are left out.",
                missing,
                runIds.length,
              ),
        );
    },
  });
}

function linked(uri: vscode.Uri): { readonly runIds: readonly string[]; readonly view: string } | null {
  const query = new URLSearchParams(uri.query);
  const runIds = [...new Set((query.get("runs") ?? "").split(","))];
  const fits = runIds.length <= mostLinked && runIds.every((id) => runId.test(id));
  const view = query.get("view") ?? "";
  return uri.path === path && fits ? { runIds, view: view.length > longestView ? "" : view } : null;
}
