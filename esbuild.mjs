/**
 * Builds everything that Runline ships into dist/.
 *   node esbuild.mjs [--production] [--package] [--watch]
 * An entry point that does not exist is skipped and said so. `--package` ends with dist/runline.vsix.
 */

import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { storedZip } from "./src/compute/ssh/storedZip.ts";

const root = import.meta.dirname;
const dist = path.join(root, "dist");
const flags = new Set(process.argv.slice(2));
const production = flags.has("--production") || flags.has("--package");
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0).padStart(6)} kB`;
const say = (line) => process.stdout.write(`${line}\n`);
const at = (...parts) => path.join(root, ...parts);

/** A CommonJS bundle has no import.meta.url; packages that ask for it get the bundle's own address. */
const importMeta = {
  define: { "import.meta.url": "importMetaUrl" },
  banner: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;',
};

/**
 * The language client is larger than the rest of the host together and not needed to activate, so it is a file of its own that
 * is loaded with the server.
 */
const lazyClient = {
  name: "lazy-client",
  setup(build) {
    build.onResolve({ filter: /\/languageClient\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./languageClient.cjs", external: true } : undefined,
    );
  },
};

/**
 * The editor's API is imported by dozens of files, and a bundle copies all of its hundreds of names for each of them, which is a good part of
 * the time that activation takes. Here they share one copy.
 */
const sharedApi = {
  name: "shared-api",
  setup(build) {
    build.onResolve({ filter: /^vscode$/ }, ({ kind, namespace }) =>
      kind === "import-statement" && namespace === "file"
        ? { path: "vscode", namespace: "shared-api" }
        : { path: "vscode", external: true },
    );
    build.onLoad({ filter: /./, namespace: "shared-api" }, () => ({ contents: 'export * from "vscode";' }));
  },
};

/** One Node program as one CommonJS file. `import()` becomes `require`, because the editor provides `vscode` only to that. */
function nodeBundle(entry, name, { external, shebang = false, plugins = [] }) {
  return {
    entryPoints: [{ in: at(entry), out: name }],
    outExtension: { ".js": ".cjs" },
    platform: "node",
    format: "cjs",
    target: "node20",
    external,
    plugins,
    supported: external.includes("vscode") ? { "dynamic-import": false } : {},
    define: importMeta.define,
    // Its module form makes a `require` of its own, which a CommonJS bundle breaks.
    alias: { "web-tree-sitter": at("node_modules", "web-tree-sitter", "web-tree-sitter.cjs") },
    banner: { js: `${shebang ? "#!/usr/bin/env node\n" : ""}${importMeta.banner}` },
    mainFields: ["module", "main"],
  };
}

/** The browser code of one panel: dist/webview/<panel>.js, and .css where it imports any. */
function panelBundle(panel) {
  return {
    entryPoints: [{ in: at("webview", panel, "main.ts"), out: `webview/${panel}` }],
    platform: "browser",
    format: "esm",
    target: "es2023",
    tsconfig: at("webview", "tsconfig.json"),
    loader: { ".ttf": "file", ".svg": "text" },
  };
}

function bundles() {
  const all = [
    [
      "src/extension.ts",
      nodeBundle("src/extension.ts", "extension", { external: ["vscode"], plugins: [lazyClient, sharedApi] }),
    ],
    [
      "src/host/languageClient.ts",
      nodeBundle("src/host/languageClient.ts", "languageClient", {
        external: ["vscode"],
        plugins: [sharedApi],
      }),
    ],
    ["src/server.ts", nodeBundle("src/server.ts", "server", { external: ["better-sqlite3"] })],
    ["src/cli.ts", nodeBundle("src/cli.ts", "cli", { external: ["better-sqlite3"], shebang: true })],
    ...fs
      .readdirSync(at("webview"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "shared")
      .map((entry) => [`webview/${entry.name}/main.ts`, panelBundle(entry.name)]),
  ];
  for (const [entry] of all) if (!fs.existsSync(at(entry))) say(`  skipped    ${entry} does not exist yet`);
  return all
    .filter(([entry]) => fs.existsSync(at(entry)))
    .map(([, options]) => ({
      ...options,
      absWorkingDir: root,
      outdir: dist,
      bundle: true,
      minify: production,
      sourcemap: production ? false : "linked",
      legalComments: "none",
      logLevel: "warning",
      metafile: true,
    }));
}

/** All files under a folder, sorted, so that the same sources give the same bytes. */
function filesUnder(folder, keep) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter(keep)
    .sort();
}

/** src/recorder/ as dist/recorder.pyz, made without a Python. */
function buildRecorder() {
  const folder = at("src", "recorder");
  const names = filesUnder(folder, (name) => name.endsWith(".py"));
  if (!names.includes("__main__.py")) return say("  skipped    src/recorder/__main__.py does not exist yet");
  const entries = names.map((name) => ({ name, bytes: fs.readFileSync(path.join(folder, name)) }));
  const target = path.join(dist, "recorder.pyz");
  fs.writeFileSync(`${target}.new`, storedZip(entries, Buffer.from("#!/usr/bin/env python3\n")), {
    mode: 0o755,
  });
  fs.renameSync(`${target}.new`, target);
}

/** Puts a package's file into dist/. By renaming, and only when it differs: a running server may have the old one mapped. */
function copy(from, to) {
  const source = at("node_modules", from);
  const target = path.join(dist, to);
  if (fs.existsSync(target) && fs.readFileSync(target).equals(fs.readFileSync(source))) return;
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.copyFileSync(source, `${target}.new`);
  fs.renameSync(`${target}.new`, target);
}

/** What is shipped as its makers built it: the SQLite driver with its prebuilt binaries, the parsers, the icon font. */
function copyParts() {
  const driver = filesUnder(at("node_modules", "better-sqlite3"), (name) =>
    /^(lib\/.*\.js|prebuilds\/.*\.node|package\.json|LICENSE)$/.test(name),
  );
  for (const name of driver) copy(`better-sqlite3/${name}`, `node_modules/better-sqlite3/${name}`);
  copy("web-tree-sitter/web-tree-sitter.wasm", "web-tree-sitter.wasm");
  copy("@vscode/tree-sitter-wasm/wasm/tree-sitter-python.wasm", "tree-sitter-python.wasm");
  copy("@vscode/codicons/dist/codicon.css", "webview/codicon.css");
  copy("@vscode/codicons/dist/codicon.ttf", "webview/codicon.ttf");
}

function printSizes() {
  const budget = { "extension.cjs": 400_000 };
  const shown = filesUnder(
    dist,
    (name) =>
      !name.includes("node_modules/") &&
      /\.(cjs|js|css|pyz|wasm|ttf)$/.test(name) &&
      !name.startsWith("test/"),
  );
  for (const name of shown) {
    const size = fs.statSync(path.join(dist, name)).size;
    const limit = budget[name];
    const over = production && limit !== undefined && size > limit;
    say(`  ${kilobytes(size)}  dist/${name}${limit ? `  (budget ${limit / 1000} kB)` : ""}`);
    if (over) say(`  over its budget: dist/${name}. Load what is heavy in the server or lazily.`);
  }
}

/** Makes the VSIX from what stands in dist/; .vscodeignore says what belongs in it. */
async function packageExtension() {
  const vsix = path.join(dist, "runline.vsix");
  const changelog = fs.existsSync(at("media", "CHANGELOG.md"))
    ? ["--changelog-path", "media/CHANGELOG.md"]
    : [];
  const vsce = [at("node_modules", "@vscode", "vsce", "vsce"), "package", "--no-dependencies"];
  const missing = ["README.md", "LICENSE"].filter((name) => !fs.existsSync(at(name)));
  for (const name of missing) say(`  missing    ${name}: the package lacks it`);
  await promisify(execFile)(process.execPath, [...vsce, "--skip-license", "--out", vsix, ...changelog], {
    cwd: root,
  });
  say(`  ${kilobytes(fs.statSync(vsix).size)}  dist/runline.vsix`);
}

/** Writes everything beside the bundles again; cheap enough to do on every change. */
function buildParts() {
  buildRecorder();
  copyParts();
}

async function watch() {
  for (const options of bundles()) await (await esbuild.context({ ...options, logLevel: "info" })).watch();
  fs.watch(at("src", "recorder"), { recursive: true }, (_event, name) => {
    if (name?.endsWith(".py")) buildRecorder();
  });
}

/** Takes away what an earlier build left and this one did not write again, so that it can't slip into the package. */
function removeLeftovers(results) {
  const written = new Set(results.flatMap((result) => Object.keys(result.metafile.outputs)));
  const shipped = (name) => /^dist\/([^/]+\.cjs|webview\/[^/]+\.(js|css))(\.map)?$/.test(name);
  for (const name of filesUnder(dist, () => true).map((file) => `dist/${file}`))
    if (shipped(name) && !written.has(name) && !name.endsWith("/codicon.css")) fs.rmSync(at(name));
}

async function build() {
  fs.mkdirSync(dist, { recursive: true });
  buildParts();
  if (flags.has("--watch")) return watch();
  removeLeftovers(await Promise.all(bundles().map((options) => esbuild.build(options))));
  printSizes();
  if (flags.has("--package")) await packageExtension();
}

try {
  await build();
} catch (error) {
  const output = [error.stdout, error.stderr].filter(Boolean).join("\n");
  process.stderr.write(`The build failed: ${output || error.message}\n`);
  process.exitCode = 1;
}
