/** Which GPUs there are, and which one a name means. */
import { NoAdapterError } from "./errors.ts";

/** An adapter that can be opened. */
export interface AdapterDescription {
  /** Its index in {@link listAdapters}. */
  readonly index: number;
  /** Its name, as the driver reports it. */
  readonly name: string;
  /** Its manufacturer, by name or number. */
  readonly vendor: string;
  /** Its family of chips; empty where the driver does not report one. */
  readonly architecture: string;
  /** Whether it is a software driver, which computes on the CPU: correct results, but slow. */
  readonly software: boolean;
  /** Optional WebGPU features that it has. */
  readonly features: readonly string[];
  /** Its WebGPU limits by name. */
  readonly limits: Readonly<Record<string, number>>;
}

/** Which adapter to open: the best one, or one by its index in the list or by a part of its name. */
export type AdapterChoice = "best" | number | string;

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

function describe(adapter: GPUAdapter): Omit<AdapterDescription, "index"> {
  const { vendor, architecture, description, device, isFallbackAdapter } = adapter.info;
  return {
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
  const found = [], known = new Set<string>();
  for (const request of requests) {
    const adapter = await navigator.gpu?.requestAdapter(request);
    if (!adapter) continue;
    const { vendor, device, description } = adapter.info, key = [vendor, device, description].join("/");
    if (known.has(key)) continue;
    known.add(key);
    found.push({ request, description: describe(adapter) });
  }
  const sorted = found.toSorted((a, b) => Number(a.description.software) - Number(b.description.software));
  return sorted.map(({ request, description }, index) => ({ request, description: { ...description, index } }));
}

/** Every adapter of this machine, hardware before software. Empty where the system has no driver. */
export async function listAdapters(): Promise<AdapterDescription[]> {
  return (await findAdapters()).map(({ description }) => description);
}

function matches(description: AdapterDescription, choice: AdapterChoice): boolean {
  if (choice === "best") return true;
  if (typeof choice === "number") return description.index === choice;
  return description.name.toLowerCase().includes(choice.toLowerCase());
}

/**
 * Requests a new adapter object each time, because WebGPU lets only one device be opened on it. Throws NoAdapterError
 * where no adapter matches the choice.
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
