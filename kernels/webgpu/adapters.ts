/** Which GPUs there are, and which one a name means. */

/** An adapter that can be opened. */
export interface AdapterDescription {
  /** Its place in the list. */
  readonly index: number;
  /** What the driver calls it. */
  readonly name: string;
  /** Its maker, by name or number. */
  readonly vendor: string;
  /** Its family; empty where the driver does not say. */
  readonly architecture: string;
  /** A software driver: right, and slow. */
  readonly software: boolean;
  /** Optional WebGPU features that it has. */
  readonly features: readonly string[];
  /** Its WebGPU limits by name. */
  readonly limits: Readonly<Record<string, number>>;
}

/** Which adapter to open: the best one, or one by its place in the list or a part of its name. */
export type AdapterChoice = "best" | number | string;

/** No adapter is what was asked for. */
export class NoAdapterError extends Error {
  static {
    this.prototype.name = "NoAdapterError";
  }

  /** Names of the adapters that there are. */
  readonly known: readonly string[];

  /** `choice` is none of the `known` ones. */
  constructor(choice: AdapterChoice, known: readonly string[]) {
    const found = known.length === 0 ? "there is none" : `there are ${known.join(", ")}`;
    super(`Cannot compute on a WebGPU adapter as ${found}: asked for ${choice}`);
    this.known = known;
  }
}

/** Requests that lead to different adapters where a machine has several, the strongest first. */
const requests: readonly GPURequestAdapterOptions[] = [
  { powerPreference: "high-performance" },
  { powerPreference: "low-power" },
  { forceFallbackAdapter: true },
];

function limitsOf(adapter: GPUAdapter): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === "number") limits[name] = value;
  }
  return limits;
}

function describe(adapter: GPUAdapter, index: number): AdapterDescription {
  const { vendor, architecture, description, device, isFallbackAdapter } = adapter.info;
  return {
    index,
    name: description || device || vendor || "unnamed adapter",
    vendor,
    architecture,
    software: isFallbackAdapter,
    features: [...adapter.features].toSorted(),
    limits: limitsOf(adapter),
  };
}

interface FoundAdapter {
  readonly request: GPURequestAdapterOptions;
  readonly description: AdapterDescription;
}

async function findAdapters(): Promise<FoundAdapter[]> {
  const found: FoundAdapter[] = [], known = new Set<string>();
  for (const request of requests) {
    const adapter = await navigator.gpu?.requestAdapter(request);
    if (!adapter) continue;
    const { vendor, device, description } = adapter.info, key = [vendor, device, description].join("/");
    if (known.has(key)) continue;
    known.add(key);
    found.push({ request, description: describe(adapter, 0) });
  }
  const sorted = found.toSorted((a, b) => Number(a.description.software) - Number(b.description.software));
  return sorted.map(({ request, description }, index) => ({ request, description: { ...description, index } }));
}

/** Every adapter of this machine, real GPUs first. None where the system has no driver. */
export async function listAdapters(): Promise<AdapterDescription[]> {
  return (await findAdapters()).map(({ description }) => description);
}

function matches(description: AdapterDescription, choice: AdapterChoice): boolean {
  if (choice === "best") return true;
  if (typeof choice === "number") return description.index === choice;
  return description.name.toLowerCase().includes(choice.toLowerCase());
}

/**
 * A fresh adapter: a device can be opened on it once. Throws NoAdapterError where none is what was asked for.
 */
export async function requestAdapter(
  choice: AdapterChoice,
): Promise<{ readonly adapter: GPUAdapter; readonly description: AdapterDescription }> {
  const found = await findAdapters();
  const chosen = found.find(({ description }) => matches(description, choice));
  const adapter = chosen && await navigator.gpu.requestAdapter(chosen.request);
  if (!chosen || !adapter) throw new NoAdapterError(choice, found.map(({ description }) => description.name));
  return { adapter, description: chosen.description };
}
