/** Whether a phone's state allows a measurement, and whether it stayed the same during one. */
import { caution, MeasurementError, type MeasurementErrorCode } from "./errors.ts";
import type { CoreState, DeviceState } from "./state.ts";

/** A phone is measured with at least this much charge, at most this warm, and below this thermal status. */
const LIMITS = { batteryPercent: 30, batteryCelsius: 38, thermalStatus: 1 } as const;

/**
 * The cores to measure on: the fastest cluster, and the next ones until there is a core for every thread. Derived from the
 * clocks that the phone reports; without those, no choice (empty).
 */
export function bigCores(cores: readonly CoreState[], threads: number): readonly number[] {
  const clocks = [...new Set(cores.map(({ maxKHz }) => maxKHz))].filter((kHz) => kHz !== null).sort((a, b) => b - a);
  const chosen: number[] = [];
  for (const clock of clocks) {
    if (chosen.length >= threads) break;
    chosen.push(...cores.filter(({ maxKHz }) => maxKHz === clock).map(({ cpu }) => cpu));
  }
  return chosen.sort((a, b) => a - b);
}

/** Cores as the hexadecimal mask that `taskset` takes: 4 … 7 are f0. */
export function coreMask(cpus: readonly number[]): string {
  return cpus.reduce((mask, cpu) => mask | (1n << BigInt(cpu)), 0n).toString(16);
}

/** The cores that run below what they can do. */
function capped(state: DeviceState, cpus: readonly number[]): readonly number[] {
  return state.cores.filter(({ cpu, maxKHz, capKHz }) =>
    cpus.includes(cpu) && maxKHz !== null && capKHz !== null && capKHz < maxKHz
  ).map(({ cpu }) => cpu);
}

/** Why not to measure on those cores in that state; none if all is well or unknown. */
export function objections(state: DeviceState, cpus: readonly number[]): readonly MeasurementError[] {
  const found: MeasurementError[] = [];
  const object = (code: MeasurementErrorCode, what: string) =>
    found.push(new MeasurementError(code, `Cannot measure as ${what}`, { data: { state } }));
  const { batteryPercent, batteryCelsius, thermalStatus } = state;
  if (batteryPercent !== null && batteryPercent < LIMITS.batteryPercent) {
    object("BATTERY_LOW", `the battery must hold ${LIMITS.batteryPercent} %: got ${batteryPercent} %`);
  }
  if (batteryCelsius !== null && batteryCelsius > LIMITS.batteryCelsius) {
    object("THERMAL_HOT", `the battery must be at ${LIMITS.batteryCelsius} °C or less: got ${batteryCelsius} °C`);
  }
  if (thermalStatus !== null && thermalStatus >= LIMITS.thermalStatus) {
    object("THERMAL_HOT", `the thermal status must be 0: got ${thermalStatus}`);
  }
  const slow = capped(state, cpus);
  if (slow.length > 0) object("THROTTLED", `cores run below their speed: got ${slow.join(", ")}`);
  return found;
}

/** What a report must say of a state beside the numbers. */
export function cautions(state: DeviceState): readonly string[] {
  const unread = Object.entries(state.unread).map(([name, said]) =>
    caution("STATE_UNREADABLE", `${name} could not be read: ${said}`)
  );
  const busy = state.load !== null && state.load > Math.max(2, state.cores.length / 2);
  return busy
    ? [...unread, caution("PHONE_BUSY", `other processes keep it busy: load ${state.load!.toFixed(2)}`)]
    : unread;
}

/** Why a run between two states does not count; undefined if it does. */
export function changeBetween(
  before: DeviceState,
  after: DeviceState,
  cpus: readonly number[],
): string | undefined {
  if (before.power !== after.power) return `power changed from ${before.power} to ${after.power}`;
  if ((after.thermalStatus ?? 0) > (before.thermalStatus ?? 0)) return `thermal status rose to ${after.thermalStatus}`;
  const wasSlow = capped(before, cpus);
  const slowed = capped(after, cpus).filter((cpu) => !wasSlow.includes(cpu));
  return slowed.length > 0 ? `cores were throttled: ${slowed.join(", ")}` : undefined;
}
