/** What is changed on a phone for the time of a measurement, and how it is put back. */
import { type Device, quote } from "../adb/mod.ts";

/** Android's global settings that are changed, and to what. */
const QUIET: Readonly<Record<string, string>> = {
  window_animation_scale: "0",
  transition_animation_scale: "0",
  animator_duration_scale: "0",
  stay_on_while_plugged_in: "7",
};

/** Key codes of Android's KeyEvent. */
const KEY = { sleep: 223, wakeUp: 224 } as const;

/** How a phone was before. */
export interface SavedSettings {
  /** Values of the settings; null for one that was not set. */
  readonly settings: Readonly<Record<string, string | null>>;
  /** Whether its screen was on; null where that is not known. */
  readonly awake: boolean | null;
}

/** Reads what {@link quietLine} will change. */
export async function saveSettings(device: Device, awake: boolean | null): Promise<SavedSettings> {
  const names = Object.keys(QUIET);
  const { stdout } = await device.shell(names.map((name) => `settings get global ${name}`).join("; "));
  const values = stdout.trim().split("\n").map((line) => line.trim());
  const settings = names.map((name, index) => [name, values[index] === "null" ? null : values[index] ?? null]);
  return { settings: Object.fromEntries(settings), awake };
}

/** The command line that quiets a phone: screen on and staying on, no animations. */
export const quietLine: string = [
  ...Object.entries(QUIET).map(([name, value]) => `settings put global ${name} ${value}`),
  `input keyevent ${KEY.wakeUp}`,
].join("; ");

/** The commands that put a phone back as it was. */
export function restoreLines({ settings, awake }: SavedSettings): readonly string[] {
  const lines = Object.entries(settings).map(([name, value]) =>
    value === null ? `settings delete global ${name}` : `settings put global ${name} ${quote(value)}`
  );
  return awake === false ? [...lines, `input keyevent ${KEY.sleep}`] : lines;
}
