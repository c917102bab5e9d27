/** MLflow's protocol from both sides: the window's own server for terminals and notebooks, and the team's servers. */

import * as z from "zod";
import type { RequestName } from "../../protocol/editor.ts";
import { id, nothing, type Requests, sentence } from "./request.ts";

type MlflowRequest = Extract<RequestName, `mlflow/${string}`>;

const word = z.string().max(10_000);
const url = z.url({ protocol: /^https?$/ }).max(2_000);

export const mlflowRequests: Requests<MlflowRequest> = {
  "mlflow/address": {
    runs: true,
    input: nothing,
    answer: (_, { mlflow }) => mlflow.address(),
  },
  "mlflow/stop": {
    input: nothing,
    async answer(_, { mlflow }) {
      await mlflow.forget();
      return null;
    },
  },
  "mlflow/connect": {
    runs: true,
    input: z.strictObject({
      url,
      token: word.exactOptional(),
      user: word.exactOptional(),
      password: word.exactOptional(),
    }),
    answer: (access, { teams }) => teams.connect(access),
  },
  "mlflow/disconnect": {
    input: z.strictObject({ url }),
    async answer({ url }, { teams }) {
      await teams.disconnect(url);
      return null;
    },
  },
  "mlflow/refresh": {
    runs: true,
    writes: true,
    input: z.strictObject({ whole: z.boolean() }),
    answer: ({ whole }, { teams }) => teams.refresh(whole),
  },
  "mlflow/send": {
    runs: true,
    input: z.strictObject({ id, url }),
    answer: (ask, { teams }) => teams.send(ask.id, ask.url),
  },
  "mlflow/cancelSend": {
    input: z.strictObject({ id }),
    async answer(ask, { teams }) {
      await teams.cancel(ask.id);
      return null;
    },
  },
  "mlflow/sendState": {
    input: z.strictObject({ id }),
    answer: (ask, { teams }) => teams.sendState(ask.id),
  },
  "mlflow/models": {
    input: nothing,
    answer: (_, { teams }) => teams.models(),
  },
  "mlflow/promote": {
    runs: true,
    writes: true,
    input: z.strictObject({
      ...{ url, model: sentence, alias: sentence, reason: sentence },
      version: z.int().min(1).nullable(),
      expected: z.int().min(1).nullable().exactOptional(),
    }),
    answer: ({ url: server, ...asked }, { teams }) => teams.promote(server, asked),
  },
  "mlflow/files": {
    input: z.strictObject({ url, model: sentence, version: z.int().min(1) }),
    answer: (asked, { teams }) => teams.files(asked.url, asked.model, asked.version),
  },
};
