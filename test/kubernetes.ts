// The shape of our Kubernetes manifest: of what Kubernetes 1.27 takes, as much as the manifest
// uses. A field that is not named here is a fault, since Kubernetes may drop it in silence.
import { z } from "zod";

const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({ name: z.string(), labels: labels.optional() });
const count = z.int().min(1);

const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string().startsWith("/"), port: z.string() }),
  periodSeconds: count.optional(),
  timeoutSeconds: count.optional(),
  failureThreshold: count,
});

const variable = z
  .strictObject({
    name: z.string(),
    value: z.string().optional(),
    valueFrom: z
      .strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) })
      .optional(),
  })
  .refine(({ value, valueFrom }) => (value === undefined) !== (valueFrom === undefined));

const quantities = z.strictObject({
  cpu: z
    .string()
    .regex(/^\d+m?$/)
    .optional(),
  memory: z.string().regex(/^\d+[KMG]i$/),
});

const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  ports: z.array(z.strictObject({ name: z.string().max(15), containerPort: count })),
  env: z.array(variable),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  resources: z.strictObject({ requests: quantities, limits: quantities }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.boolean(),
    readOnlyRootFilesystem: z.boolean(),
    capabilities: z.strictObject({ drop: z.array(z.string()) }),
  }),
  volumeMounts: z.tuple([
    z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean() }),
    z.strictObject({ name: z.string(), mountPath: z.string() }),
  ]),
});

const secretVolume = z.strictObject({
  name: z.string(),
  secret: z.strictObject({
    secretName: z.string(),
    defaultMode: z.int(),
    items: z.array(z.strictObject({ key: z.string(), path: z.string() })),
  }),
});

const dataVolume = z.strictObject({
  name: z.string(),
  persistentVolumeClaim: z.strictObject({ claimName: z.string() }),
});

const pod = z.strictObject({
  automountServiceAccountToken: z.boolean(),
  enableServiceLinks: z.boolean(),
  terminationGracePeriodSeconds: count,
  securityContext: z.strictObject({
    runAsNonRoot: z.boolean(),
    runAsUser: z.int(),
    runAsGroup: z.int(),
    fsGroup: z.int(),
    seccompProfile: z.strictObject({ type: z.enum(["RuntimeDefault", "Unconfined"]) }),
  }),
  containers: z.tuple([container]),
  volumes: z.tuple([secretVolume, dataVolume]),
});

const claim = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("PersistentVolumeClaim"),
  metadata,
  spec: z.strictObject({
    accessModes: z.tuple([z.enum(["ReadWriteOnce", "ReadWriteOncePod"])]),
    resources: z.strictObject({
      requests: z.strictObject({ storage: z.string().regex(/^\d+[KMG]i$/) }),
    }),
  }),
});

const deployment = z.strictObject({
  apiVersion: z.literal("apps/v1"),
  kind: z.literal("Deployment"),
  metadata,
  spec: z.strictObject({
    replicas: z.int(),
    strategy: z.strictObject({ type: z.enum(["Recreate", "RollingUpdate"]) }),
    selector: z.strictObject({ matchLabels: labels }),
    template: z.strictObject({ metadata: z.strictObject({ labels }), spec: pod }),
  }),
});

const service = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("Service"),
  metadata,
  spec: z.strictObject({
    selector: labels,
    ports: z.array(z.strictObject({ name: z.string(), port: count, targetPort: z.string() })),
  }),
});

const budget = z.strictObject({
  apiVersion: z.literal("policy/v1"),
  kind: z.literal("PodDisruptionBudget"),
  metadata,
  spec: z.strictObject({
    maxUnavailable: count,
    unhealthyPodEvictionPolicy: z.enum(["AlwaysAllow", "IfHealthyBudget"]),
    selector: z.strictObject({ matchLabels: labels }),
  }),
});

/** The manifest's documents in their order: where, who runs, who reaches and asks it, how many. */
export const MANIFEST = z.tuple([claim, deployment, service, service, budget]);
