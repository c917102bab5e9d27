/** The layer map of the design as data. A folder's row says everything it may import; the rest is forbidden. */

export interface Layer {
  /** Path prefix of the files this row is about. The longest prefix wins. */
  readonly of: string;
  /** Path prefixes it may import from inside the project, besides itself. */
  readonly project: readonly string[];
  /** npm packages, by name or by scope with a slash at the end. */
  readonly packages: readonly string[];
  /** Node's modules: all, none, or all but these. */
  readonly node: "all" | "none" | { readonly except: readonly string[] };
  /** Printed with every violation. */
  readonly because: string;
}

const drivers = [
  "http",
  "https",
  "http2",
  "net",
  "tls",
  "dgram",
  "child_process",
  "cluster",
  "worker_threads",
  "sqlite",
];

export const layers: readonly Layer[] = [
  {
    of: "src/model/",
    project: [],
    packages: [],
    node: "none",
    because: "the nouns and pure rules are shared by Node, the browser and tests, so they depend on nothing",
  },
  {
    of: "src/protocol/",
    project: ["src/model/"],
    packages: [],
    node: "none",
    because: "what crosses a process or a frame is types over the model, without logic",
  },
  {
    of: "src/store/",
    project: ["src/model/"],
    packages: ["better-sqlite3", "kysely"],
    node: { except: drivers },
    because: "the store holds the only SQL and does not know who asks",
  },
  {
    of: "src/compute/",
    project: ["src/model/"],
    packages: ["simple-git", "ignore"],
    node: { except: ["sqlite"] },
    because: "compute knows where runs run, not what is trained or stored",
  },
  {
    of: "src/data/",
    project: ["src/model/"],
    packages: ["yaml"],
    node: { except: drivers },
    because: "reading data sets needs the model and a reader, nothing of the product",
  },
  {
    of: "src/ops/",
    project: [
      "src/model/",
      "src/store/store.ts",
      "src/compute/compute.ts",
      "src/compute/code.ts",
      "src/data/data.ts",
    ],
    packages: ["yaml"],
    node: { except: drivers },
    because:
      "a verb decides by rules and takes effect through interfaces, never through a driver, HTTP or vscode",
  },
  {
    of: "src/api/",
    project: [
      "src/model/",
      "src/ops/",
      "src/protocol/",
      "src/store/store.ts",
      "src/compute/compute.ts",
      "src/compute/code.ts",
    ],
    packages: ["zod", "vscode-languageserver"],
    node: { except: ["child_process", "sqlite"] },
    because: "a face for a client translates to verbs; it holds no SQL and starts no process",
  },
  {
    of: "src/api/mlflow/",
    project: [
      "src/model/",
      "src/ops/",
      "src/protocol/",
      "src/store/store.ts",
      "src/compute/compute.ts",
      "src/compute/code.ts",
    ],
    packages: ["zod", "fastify", "@fastify/"],
    node: { except: ["child_process", "sqlite"] },
    because: "MLflow's face translates HTTP to verbs; it holds no SQL and starts no process",
  },
  {
    of: "src/api/editor/",
    project: [
      "src/model/",
      "src/ops/",
      "src/protocol/",
      "src/lens/",
      "src/store/store.ts",
      "src/compute/compute.ts",
      "src/compute/code.ts",
    ],
    packages: ["zod", "vscode-languageserver", "vscode-languageserver-textdocument"],
    node: { except: ["child_process", "sqlite"] },
    because:
      "the editor's face translates requests to verbs and documents to lenses; it holds no SQL and starts no process",
  },
  {
    of: "src/lens/",
    project: ["src/model/"],
    packages: [
      "vscode-languageserver",
      "vscode-languageserver-types",
      "vscode-languageserver-textdocument",
      "web-tree-sitter",
    ],
    node: { except: drivers },
    because: "lenses are made from text and facts; user code is never run or imported for them",
  },
  {
    of: "src/host/",
    project: ["src/model/", "src/protocol/"],
    packages: ["vscode", "vscode-languageclient"],
    node: { except: drivers },
    because: "the host only shows: SQL, processes and decisions live in the server",
  },
  {
    of: "src/extension.ts",
    project: ["src/host/", "src/model/", "src/protocol/"],
    packages: ["vscode"],
    node: "all",
    because: "the extension host's entry wires the host and loads nothing of the server",
  },
  {
    of: "src/",
    project: [
      "src/api/",
      "src/compute/",
      "src/data/",
      "src/lens/",
      "src/model/",
      "src/ops/",
      "src/protocol/",
      "src/store/",
    ],
    packages: ["vscode-languageserver"],
    node: "all",
    because: "the entries of the server and the CLI wire everything but the host",
  },
  {
    of: "webview/shared/",
    project: ["src/model/", "src/protocol/"],
    packages: ["lit", "@vscode-elements/", "@tanstack/", "chart.js", "chartjs-plugin-"],
    node: "none",
    because: "browser code sees shared files only and reaches the host through its protocol",
  },
  {
    of: "webview/",
    project: ["src/model/", "src/protocol/", "webview/shared/"],
    packages: ["lit", "@vscode-elements/", "@tanstack/", "chart.js", "chartjs-plugin-"],
    node: "none",
    because: "a panel is one folder: it imports no other panel and nothing of the host",
  },
];

/** Folders a file may lie in; a new one has to be added to the design first. */
export const knownFolders = {
  src: ["api", "compute", "data", "host", "lens", "model", "ops", "protocol", "recorder", "store"],
  entries: ["extension.ts", "server.ts", "cli.ts"],
} as const;

/** The row for a file. */
export function layerOf(file: string): Layer | undefined {
  return layers.filter((layer) => file.startsWith(layer.of)).sort((a, b) => b.of.length - a.of.length)[0];
}
