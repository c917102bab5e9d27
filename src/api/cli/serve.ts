import { setFlagsFromString } from "node:v8";
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
    "artifact-root": {
      type: "string",
      value: "<uri>",
      help: "Where clients keep the files of new experiments themselves (s3://…); here unless given",
    },
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
    // It stays for weeks and mostly waits: without this, one long answer leaves 150 MB of emptied memory behind.
    setFlagsFromString("--optimize-for-size");
    const { store, compute, clock, layout } = project;
    const failed = tellOnce(terminal);
    const server = await serveProject(project, {
      ...{ hosts: texts("allow-host"), origins: texts("allow-origin"), failed },
      ...optional("host", text("host")),
      ...optional("port", portOf(text("port"))),
      ...optional("artifactRoot", artifactRootOf(text("artifact-root"))),
      ...optional("token", flag("no-token") ? null : text("token")),
    });
    const { url, token } = server;
    const opened = await store.needed();
    let serves = true;
    // What is still being told when the store is closed is told by the next server.
    const failedHere = (thrown: unknown) => (serves ? failed(thrown) : undefined);
    const follower = follow({
      ...{ store: opened, compute, clock, layout, failed, ended: () => undefined },
      stallMs: () => project.settings.stallMinutes * 60_000,
      // Changes that windows and other commands make are news to webhooks too.
      changed: ({ kinds }) => {
        if (kinds.includes("models")) void tellWebhooks(opened, failedHere);
      },
    });
    const secret = token === null ? "" : `export MLFLOW_TRACKING_TOKEN=${token}\n`;
    await terminal.out(json ? jsonText({ url, token }) : `export MLFLOW_TRACKING_URI=${url}\n${secret}`);
    await new Promise<void>((resolve) => terminal.onInterrupt(resolve));
    serves = false;
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

function artifactRootOf(text: string | undefined): string | undefined {
  if (text === undefined || /^[a-z][a-z0-9+.-]+:\/[^#;]+$/i.test(text)) return text;
  throw new RunlineError("usage", {
    cause: `${text} is no address with a scheme (s3://bucket/path, file:///path).`,
  });
}

/** A member that is left out where there is no value. */
function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
}
