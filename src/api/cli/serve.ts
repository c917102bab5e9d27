import { RunlineError } from "../../model/failure.ts";
import { follow } from "../../ops/follow.ts";
import { serveProject } from "../mlflow/projectServer.ts";
import { tellWebhooks } from "../mlflow/webhookDelivery.ts";
import { type Command, exitCode } from "./command.ts";
import { jsonText } from "./json.ts";
import { tellOnce } from "./trouble.ts";

/** Answers MLflow's protocol until it is interrupted. */
export const serve: Command = {
  summary: "answer MLflow clients: experiments, runs, artifacts, models of this folder",
  usage: "[options]",
  words: [0, 0],
  options: {
    host: { type: "string", value: "<address>", help: "Address to listen on (127.0.0.1)" },
    port: { type: "string", value: "<number>", help: "Port; 0 for any (the last one of this folder)" },
    token: {
      type: "string",
      value: "<text>",
      help: "The token that clients need (the last one, or a new one)",
    },
    "no-token": { type: "boolean", help: "Answer everybody who reaches the port" },
    "allow-host": {
      type: "string",
      multiple: true,
      value: "<name>",
      help: "Host name that requests may be addressed to; * for any",
    },
    "allow-origin": { type: "string", multiple: true, value: "<origin>", help: "Pages that may call" },
  },
  details:
    "Clients get MLFLOW_TRACKING_URI and MLFLOW_TRACKING_TOKEN as printed. With --json: one line " +
    '{"url": <text>, "token": <text or null>} when it listens.',
  async run({ project, terminal, json, text, texts, flag }) {
    const { store, compute, clock, layout } = project;
    const failed = tellOnce(terminal);
    const server = await serveProject(project, {
      ...{ hosts: texts("allow-host"), origins: texts("allow-origin"), failed },
      ...optional("host", text("host")),
      ...optional("port", portOf(text("port"))),
      ...optional("token", flag("no-token") ? null : text("token")),
    });
    const { url, token } = server;
    const opened = await store.needed();
    const follower = follow({
      ...{ store: opened, compute, clock, layout, failed, ended: () => undefined },
      // Changes that windows and other commands make are news to webhooks too.
      changed: ({ kinds }) => {
        if (kinds.includes("models")) void tellWebhooks(opened, failed);
      },
    });
    const secret = token === null ? "" : `export MLFLOW_TRACKING_TOKEN=${token}\n`;
    await terminal.out(json ? jsonText({ url, token }) : `export MLFLOW_TRACKING_URI=${url}\n${secret}`);
    await new Promise<void>((resolve) => terminal.onInterrupt(resolve));
    await server.close();
    await follower.close();
    return exitCode.done;
  },
};

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536 && text !== "") return port;
  throw new RunlineError("usage", { cause: `${text} is no port.` });
}

/** A member that is left out where there is no value. */
function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
}
