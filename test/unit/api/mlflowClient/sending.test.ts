/** A run on its way to a team's server, where a look at that server is under way already. */

import { expect, onTestFinished, test } from "vitest";
import { startTestServer } from "../editor/serverHarness.ts";
import { serve } from "../mlflow/face.ts";

test("a run that was sent by the look before it is told as sent", async () => {
  const there = await serve();
  const { url } = there.server;
  const here = await startTestServer();
  onTestFinished(() => here.stop());
  await here.value("mlflow/connect", { url });
  const { id } = await here.value("runs/launch", { command: ["true"], name: "ours" });
  await here.ended(id);
  // The look has its turn first, and ends with sending what waits.
  const looking = here.value("mlflow/refresh", { whole: true });
  const sent = await here.value("mlflow/send", { id, url });
  await looking;
  expect(sent).toMatchObject({ left: 0, link: expect.stringContaining("/runs/") });
  expect(await here.value("mlflow/send", { id, url })).toEqual(sent);
});
