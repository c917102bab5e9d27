/** `--server`: a team's MLflow server instead of this folder's own models. What lets one in is what MLflow's own client takes. */

import { RunlineError } from "../../model/failure.ts";
import type { TeamServer } from "../../ops/mlflowTeam.ts";
import { addressOf, authorizationOf } from "../mlflowClient/connection.ts";
import { teamServer } from "../mlflowClient/teamServer.ts";
import type { Call, Option } from "./command.ts";

export const serverOption: Option = {
  type: "string",
  value: "<url>",
  help: "of a team's MLflow server, not of this folder",
};

export const serverDetails = `With --server the alias is one of a team's MLflow server; the change stands in this folder's audit log. MLFLOW_TRACKING_TOKEN, or
MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, let you in.`;

/** Null where the option is not given. Throws `usage` for what is no address. */
export function serverOf({ text, environment }: Pick<Call, "text" | "environment">): TeamServer | null {
  const given = text("server");
  if (given === undefined) return null;
  if (!/^https?:\/\//.test(given) || !URL.canParse(given))
    throw new RunlineError("usage", { cause: `${given} is no address that begins with http:// or https://` });
  const url = addressOf(given);
  const {
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_TRACKING_USERNAME: user,
    MLFLOW_TRACKING_PASSWORD: password,
  } = environment;
  const secret = {
    ...(user === undefined ? {} : { user, ...(password === undefined ? {} : { password }) }),
    ...(token === undefined || user !== undefined ? {} : { token }),
  };
  const authorization = authorizationOf({ url, ...secret });
  return teamServer({ url, name: new URL(url).host, authorization }, new AbortController().signal);
}
