/** One call of MLflow's REST protocol: where it is and what answers it. Groups of routes stand in files by noun. */

import type { FastifyInstance } from "fastify";
import type { Compute } from "../../compute/compute.ts";
import type { Store } from "../../store/store.ts";

/** Fields of a request as they came: a JSON body, or query keys where a repeated key is an array. Parsed by each route. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Behind `/api/<major>.0/` and `/ajax-api/<major>.0/`, with `:name` for a part of the path: `mlflow/logged-models/:model_id`. */
  readonly path: string;
  /** Major version of the protocol that it is served at. */
  readonly major: 2 | 3;
  /** Answers the members of the reply; members that are undefined are left out. Throws `MlflowError` for what the client did wrong. */
  answer(fields: Fields, face: Face): Promise<object>;
}

/** An answer as the parts of its text, each made when it is taken: one that is too long to be held as objects or in one piece. Bytes are UTF-8. */
export class JsonText {
  readonly parts: Iterable<string | Buffer>;

  constructor(parts: Iterable<string | Buffer>) {
    this.parts = parts;
  }
}

/** Calls that are not made of fields: files, pages, other encodings. They register themselves and read their own bodies. */
export type Plugin = (app: FastifyInstance, face: () => Promise<Face>) => void;

/** What the routes of one store work with. */
export interface Face {
  readonly store: Store;
  /** Workspace directory of Runline (`.runline`), which holds the run directories and what belongs to no run. */
  readonly directory: string;
  /** Where clients keep the files of experiments that say nothing of it; null for here, through the proxy. */
  readonly artifactRoot: string | null;
  /** The workspace folder. */
  readonly workspace: string;
  readonly compute: Compute;
  readonly clock: () => number;
  /** The person on whose behalf the server runs; a client may name another one for a run of its own. */
  readonly person: { readonly name: string; readonly email: string | null };
}

/** MLflow's error codes that Runline answers with, and their HTTP status (mlflow/exceptions.py). */
export const errorStatus = {
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  INVALID_STATE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  NOT_FOUND: 404,
  ENDPOINT_NOT_FOUND: 404,
  RESOURCE_CONFLICT: 409,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL_ERROR: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
} as const;
export type ErrorCode = keyof typeof errorStatus;

/** What a client of the protocol is told when its request can't be done. */
export class MlflowError extends Error {
  override readonly name = "MlflowError";
  readonly code: ErrorCode;
  readonly status: number;

  /** `status`: where the protocol has another one than the code's. */
  constructor(code: ErrorCode, message: string, status: number = errorStatus[code]) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
