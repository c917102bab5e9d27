/** Answers that are under way: the store behind them must not be closed before they have ended, though nobody hears them any more. */

import type { FastifyInstance } from "fastify";

/** One that waits for somebody else is not waited for longer. */
const longestMs = 5_000;

/** For routes that are added from now on. Answers a wait for those whose answer has begun. */
export function answersUnderWay(app: FastifyInstance): () => Promise<void> {
  const running = new Set<Promise<unknown>>();
  app.addHook("onRoute", (route) => {
    const { handler } = route;
    route.handler = function (request, reply) {
      const answer: unknown = handler.call(this, request, reply);
      if (!(answer instanceof Promise)) return answer;
      running.add(answer);
      const ended = () => running.delete(answer);
      answer.then(ended, ended);
      return answer;
    };
  });
  return async () => {
    let given: NodeJS.Timeout | undefined;
    const longest = new Promise<void>((resolve) => {
      given = setTimeout(resolve, longestMs);
    });
    await Promise.race([Promise.allSettled(running), longest]);
    clearTimeout(given);
  };
}
