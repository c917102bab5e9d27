/** The model registry of MLflow's protocol: models, versions, aliases and webhooks. Prompts are models with a tag. */

import { modelVersionRoutes } from "./modelVersionRoutes.ts";
import { registryAliasRoutes } from "./registryAliasRoutes.ts";
import { registryModelRoutes } from "./registryModelRoutes.ts";
import type { Route } from "./route.ts";
import { tellWebhooks } from "./webhookDelivery.ts";
import { webhookRoutes } from "./webhookRoutes.ts";

export const registryRoutes: readonly Route[] = [
  ...[...registryModelRoutes, ...modelVersionRoutes, ...registryAliasRoutes].map(told),
  ...webhookRoutes,
];

/** A change is told to webhooks when its client has been answered; nobody waits for them. */
function told(route: Route): Route {
  if (route.method === "GET") return route;
  return {
    ...route,
    async answer(fields, face) {
      const answer = await route.answer(fields, face);
      setImmediate(() => void tellWebhooks(face.store));
      return answer;
    },
  };
}
