/** What a phone tells of itself before and after a run. Every probe may fail: what it would have told is then null. */

/** A core's clock, kHz; null where the phone does not tell. */
export interface CoreState {
  /** Its number, from 0. */
  readonly cpu: number;
  /** What the core can do. */
  readonly maxKHz: number | null;
  /** What the phone allows it now: less than `maxKHz` is thermal throttling. */
  readonly capKHz: number | null;
  /** What it does now. */
  readonly currentKHz: number | null;
}

/** What gives the phone power. */
export type PowerSource = "battery" | "usb" | "ac" | "wireless";

/** A phone's state at one moment. */
export interface DeviceState {
  /** How full the battery is. */
  readonly batteryPercent: number | null;
  /** How warm the battery is, °C. */
  readonly batteryCelsius: number | null;
  /** What gives it power. */
  readonly power: PowerSource | null;
  /** Android's PowerManager: 0 none, 1 light, 2 moderate, 3 severe, 4 critical, 5 emergency, 6 shutdown. */
  readonly thermalStatus: number | null;
  /** The sensor under the case, °C. */
  readonly skinCelsius: number | null;
  /** Whether the screen is on. */
  readonly awake: boolean | null;
  /** Runnable processes, averaged over a minute. */
  readonly load: number | null;
  /** The clocks of all cores. */
  readonly cores: readonly CoreState[];
  /** What could not be read, and what was said instead. */
  readonly unread: Readonly<Record<string, string>>;
}

const MARK = "@@zennas ";
const CORES = 'for c in /sys/devices/system/cpu/cpu[0-9]*; do echo "${c##*/} ' +
  ["cpuinfo_max_freq", "scaling_max_freq", "scaling_cur_freq"]
    .map((file) => `$(cat $c/cpufreq/${file} 2>/dev/null || echo -)`).join(" ") +
  '"; done';

/** The commands that are asked, by the name of what they tell. */
const probes = {
  battery: "dumpsys battery",
  thermal: "dumpsys thermalservice",
  power: "dumpsys power | grep mWakefulness=",
  load: "cat /proc/loadavg",
  cores: CORES,
} as const;

type ProbeName = keyof typeof probes;

/** One command line that asks all of it: a question costs a round trip. */
export const probeLine: string = Object.entries(probes)
  .map(([name, command]) => `echo '${MARK}${name}'; { ${command}; } 2>&1`).join("; ");

function sectionsOf(text: string): Readonly<Record<ProbeName, string>> {
  const sections: Record<ProbeName, string> = { battery: "", thermal: "", power: "", load: "", cores: "" };
  for (const part of text.replaceAll("\r", "").split(MARK).slice(1)) {
    const end = part.indexOf("\n");
    sections[part.slice(0, end) as ProbeName] = part.slice(end + 1).trim();
  }
  return sections;
}

function numberIn(text: string, pattern: RegExp): number | null {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

function powerOf(battery: string): PowerSource | null {
  if (!/powered:/.test(battery)) return null;
  if (/AC powered: true/.test(battery)) return "ac";
  if (/USB powered: true/.test(battery)) return "usb";
  return /Wireless powered: true/.test(battery) ? "wireless" : "battery";
}

function coresOf(text: string): readonly CoreState[] {
  const rows = [...text.matchAll(/^cpu(\d+) (\S+) (\S+) (\S+)$/gm)];
  const kHz = (cell: string | undefined): number | null => /^\d+$/.test(cell ?? "") ? Number(cell) : null;
  return rows
    .map(([, cpu, max, cap, current]) => ({
      cpu: Number(cpu),
      maxKHz: kHz(max),
      capKHz: kHz(cap),
      currentKHz: kHz(current),
    }))
    .sort((a, b) => a.cpu - b.cpu);
}

/** The state that the answers to {@link probeLine} tell. Temperatures of the battery come in tenths of °C. */
export function parseState(text: string): DeviceState {
  const { battery, thermal, power, load, cores } = sectionsOf(text);
  const tenths = numberIn(battery, /^\s*temperature: (-?\d+)/m);
  const wakefulness = /mWakefulness=(\w+)/.exec(power)?.[1];
  const state = {
    batteryPercent: numberIn(battery, /^\s*level: (\d+)/m),
    batteryCelsius: tenths === null ? null : tenths / 10,
    power: powerOf(battery),
    thermalStatus: numberIn(thermal, /Thermal Status: (\d+)/),
    skinCelsius: numberIn(thermal, /mValue=(-?[\d.]+), mType=3\b/), // 3 is SKIN in Android's Temperature.java
    awake: wakefulness === undefined ? null : wakefulness === "Awake",
    load: numberIn(load, /^([\d.]+) /),
    cores: coresOf(cores),
  };
  const said: Readonly<Record<string, string>> = { battery, thermal, power, load, cores };
  const missing = [
    ["battery", state.batteryPercent],
    ["thermal", state.thermalStatus],
    ["power", state.awake],
    ["load", state.load],
    ["cores", state.cores[0]?.maxKHz ?? null],
  ] as const;
  const unread = missing.filter(([, value]) => value === null)
    .map(([name]) => [name, said[name]!.split("\n")[0] || "it said nothing"]);
  return { ...state, unread: Object.fromEntries(unread) };
}
