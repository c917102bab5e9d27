/** Everything that MLflow's face answers, by noun. */

import { artifactProxy } from "./artifactProxy.ts";
import { artifactRoutes } from "./artifactRoutes.ts";
import { assessmentRoutes } from "./assessmentRoutes.ts";
import { evaluationRoutes } from "./evaluationRoutes.ts";
import { experimentRoutes } from "./experimentRoutes.ts";
import { issueRoutes } from "./issueRoutes.ts";
import { loggedModelRoutes } from "./loggedModelRoutes.ts";
import { logRoutes } from "./logRoutes.ts";
import { metricRoutes } from "./metricRoutes.ts";
import { registryRoutes } from "./registryRoutes.ts";
import type { Plugin, Route } from "./route.ts";
import { runRoutes } from "./runRoutes.ts";
import { scorerRoutes } from "./scorerRoutes.ts";
import { traceAnalysisRoutes } from "./traceAnalysisRoutes.ts";
import { traceDownload } from "./traceDownload.ts";
import { traceOtlp } from "./traceOtlp.ts";
import { traceRoutes } from "./traceRoutes.ts";
import { traceV2Routes } from "./traceV2Routes.ts";

export const routes: readonly Route[] = [
  ...experimentRoutes,
  ...runRoutes,
  ...logRoutes,
  ...metricRoutes,
  ...loggedModelRoutes,
  ...artifactRoutes,
  ...registryRoutes,
  ...traceRoutes,
  ...traceV2Routes,
  ...traceAnalysisRoutes,
  ...assessmentRoutes,
  ...evaluationRoutes,
  ...scorerRoutes,
  ...issueRoutes,
];

export const plugins: readonly Plugin[] = [artifactProxy, traceDownload, traceOtlp];
