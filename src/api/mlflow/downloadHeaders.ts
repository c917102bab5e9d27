/** What a browser is told of a file that it is to save: its name, and what kind of file it is. */

/** Shown as text, as MLflow does, whatever else they could mean to a browser. */
const texts = new Set([
  ...["txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon", "toml", "yaml"],
  ...["yml", "xml", "json", "js", "py", "py3", "csv", "tsv", "md", "rst", "ipynb", "MLmodel", "mlproject"],
]);

const types: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif", webp: "image/webp" },
    ...{ svg: "image/svg+xml", bmp: "image/bmp", tif: "image/tiff", tiff: "image/tiff" },
    ...{ pdf: "application/pdf", html: "text/html", zip: "application/zip" },
    ...{ mp3: "audio/mpeg", wav: "audio/x-wav", mp4: "video/mp4", webm: "video/webm" },
  }),
);

/** By the end of its name, or by the whole name where it has no end. */
export function fileType(name: string): string {
  const dot = name.lastIndexOf(".");
  const end = dot > 0 ? name.slice(dot + 1) : name;
  return texts.has(end) ? "text/plain" : (types.get(end.toLowerCase()) ?? "application/octet-stream");
}

/** A page must never run what somebody has kept here: it is saved, under its own name. */
export function savedAs(name: string): string {
  if (/^[\w.+!#$&^`|~-]+$/.test(name)) return `attachment; filename=${name}`;
  const plain = name.replace(/[^ -~]|["\\%]/g, "_");
  const whole = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
