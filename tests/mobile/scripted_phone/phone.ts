/**
 * A scripted phone: a folder that plays the phone's file system, with commands that read their answers from files, so that
 * a test sets states and faults by writing them. Command lines run in this machine's real shell.
 */

/** What goes wrong, while it is set. */
export interface Faults {
  /** The daemon takes connections and says nothing. */
  silent?: boolean;
  /** The daemon hears nothing any more, on connections that are open too. */
  deaf?: boolean;
  /** The cable is pulled once the phone has taken that many bytes. */
  unplugAfterBytes?: number;
  /** Files are refused for want of room. */
  diskFull?: boolean;
  /** One bit of every file is wrong. */
  damagePushes?: boolean;
}

/** How the phone differs from a Pixel 2 that is cool, charged, and lets everyone in. */
export interface PhoneOptions {
  /** Whether hosts need a key that its user allowed. */
  readonly secure?: boolean;
  /** What its user does when asked: tap Allow, or nothing. */
  readonly tapsAllow?: boolean;
  /** Whether it is an Android before 7, whose shell tells no exit codes. */
  readonly old?: boolean;
}

/** What `dumpsys battery` tells. */
export interface BatteryState {
  readonly percent?: number;
  readonly celsius?: number;
  /** Whether the cable gives power. */
  readonly usb?: boolean;
}

const MAX_KHZ = [1_900_800, 1_900_800, 1_900_800, 1_900_800, 2_457_600, 2_457_600, 2_457_600, 2_457_600];
/** Where the commands live, and the folders whose names in command lines mean the phone's own. */
const OWN_FOLDERS = /(?<![\w.])\/(data\/local\/tmp|sys\/devices|sys\/class|proc\/loadavg|system)\b/g;

/** The commands, as shell scripts; `$PHONE` is the phone's folder, `$CORES` the mask of a command under `taskset`. */
const COMMANDS: Readonly<Record<string, string>> = {
  getprop: 'cat "$PHONE/props/$1" 2>/dev/null || echo',
  dumpsys: 'cat "$PHONE/state/$1" 2>/dev/null || echo "Can\'t find service: $1"',
  settings: `case $1 in
    get) cat "$PHONE/settings/$3" 2>/dev/null || echo null ;;
    put) echo "$4" > "$PHONE/settings/$3" ;;
    delete) rm -f "$PHONE/settings/$3" ;;
  esac`,
  svc: 'echo 7 > "$PHONE/settings/stay_on_while_plugged_in"',
  input:
    `[ "$2" = 224 ] && echo "mWakefulness=Awake" > "$PHONE/state/power" || echo "mWakefulness=Asleep" > "$PHONE/state/power"`,
  taskset: `[ -f "$PHONE/state/no-taskset" ] && { echo "taskset: failed to set pid's affinity" >&2; exit 1; }
    export CORES="$1"; shift; [ -x "$PHONE/hook" ] && "$PHONE/hook"; exec "$@"`,
  df:
    'echo "Filesystem 1K-blocks Used Available Use% Mounted on"; echo "/dev/block/dm-1 9 9 $(cat "$PHONE/state/free-kib") 9% /data"',
};

/** The phone's files as they are at first. */
const INITIAL: Readonly<Record<string, string>> = {
  "props/ro.product.model": "Pixel 2",
  "props/ro.product.device": "walleye",
  "props/ro.product.manufacturer": "Google",
  "props/ro.hardware": "walleye",
  "props/ro.board.platform": "msm8998",
  "props/ro.build.version.release": "11",
  "props/ro.build.version.sdk": "30",
  "props/ro.build.fingerprint": "google/walleye/walleye:11/RP1A.201005.004.A1/6934943:user/release-keys",
  "props/ro.product.cpu.abilist": "arm64-v8a,armeabi-v7a,armeabi",
  "state/power": "mWakefulness=Asleep",
  "state/free-kib": "1000000",
  "settings/window_animation_scale": "1.0",
  "settings/transition_animation_scale": "0.5",
  "settings/stay_on_while_plugged_in": "0",
  "proc/loadavg": "0.42 0.50 0.51 1/802 12345",
};

/** A scripted phone; disposing it ends what still runs on it and removes its folder. */
export class Phone implements AsyncDisposable {
  /** What goes wrong. */
  readonly faults: Faults = {};
  /** The keys of hosts that its user let in. */
  readonly allowedKeys = new Set<string>();
  /** Bytes of payload that it took so far. */
  receivedBytes = 0;
  readonly model = "Pixel 2";
  readonly product = "walleye";
  readonly secure: boolean;
  /** What its daemon can do. */
  readonly features: string;
  /** What its user does when asked. */
  tapsAllow: boolean;
  readonly folder: string = Deno.makeTempDirSync({ prefix: "phone-" });
  readonly #groups: number[] = [];

  constructor({ secure = false, tapsAllow = true, old = false }: PhoneOptions = {}) {
    this.features = old ? "cmd" : "shell_v2,cmd,stat_v2,ls_v2,fixed_push_mkdir";
    this.secure = secure;
    this.tapsAllow = tapsAllow;
    for (const folder of ["data/local/tmp", "system/bin", "bin"]) {
      Deno.mkdirSync(`${this.folder}/${folder}`, { recursive: true });
    }
    for (const [name, script] of Object.entries(COMMANDS)) {
      Deno.writeTextFileSync(`${this.folder}/bin/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    Object.entries(INITIAL).forEach(([path, text]) => this.set(path, text));
    this.setBattery({});
    this.setThermal(0);
    MAX_KHZ.forEach((_, core) => this.setClock(core, { capShare: 1 }));
  }

  /** Writes one of the files that the commands read, such as `state/power`. */
  set(path: string, text: string): void {
    const file = `${this.folder}/${path}`;
    Deno.mkdirSync(file.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(file, `${text}\n`);
  }

  /** What `dumpsys battery` says. */
  setBattery({ percent = 88, celsius = 27.5, usb = true }: BatteryState): void {
    const lines = [
      "Current Battery Service state:",
      "  AC powered: false",
      `  USB powered: ${usb}`,
      "  Wireless powered: false",
      `  status: ${usb ? 2 : 3}`,
      `  level: ${percent}`,
      "  scale: 100",
      `  temperature: ${Math.round(celsius * 10)}`,
    ];
    this.set("state/battery", lines.join("\n"));
  }

  /** What `dumpsys thermalservice` says. */
  setThermal(status: number, skinCelsius = 29.1): void {
    const sensor = `\tTemperature{mValue=${skinCelsius}, mType=3, mName=skin-therm-adc, mStatus=${status}}`;
    this.set(
      "state/thermalservice",
      `IsStatusOverride: false\nThermal Status: ${status}\nCached temperatures:\n${sensor}`,
    );
  }

  /** A core's clock: how much of its speed the phone allows at the moment. */
  setClock(core: number, { capShare }: { readonly capShare: number }): void {
    const folder = `sys/devices/system/cpu/cpu${core}/cpufreq`, max = MAX_KHZ[core]!;
    this.set(`${folder}/cpuinfo_max_freq`, `${max}`);
    this.set(`${folder}/scaling_max_freq`, `${Math.round(max * capShare)}`);
    this.set(`${folder}/scaling_cur_freq`, `${Math.round(max * capShare * 0.5)}`);
  }

  /** A setting's value; null where there is none. */
  setting(name: string): string | null {
    try {
      return Deno.readTextFileSync(`${this.folder}/settings/${name}`).trim();
    } catch {
      return null;
    }
  }

  /** Shell commands that run before each command under `taskset`, that is, before each measurement. */
  setHook(script: string): void {
    Deno.writeTextFileSync(`${this.folder}/hook`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Asks its user whether a host's key may enter. */
  askUser(key: string): boolean {
    if (this.tapsAllow) this.allowedKeys.add(key);
    return this.tapsAllow;
  }

  /** Runs a command line in a process group of its own, as adbd does. */
  spawn(commandLine: string): Deno.ChildProcess {
    const line = commandLine.replace(OWN_FOLDERS, `${this.folder}/$1`);
    const child = new Deno.Command("setsid", {
      args: ["sh", "-c", line],
      env: { PHONE: this.folder, PATH: `${this.folder}/bin:${Deno.env.get("PATH")}` },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#groups.push(child.pid);
    return child;
  }

  /** How many of the process groups that were started have a process left; ones that wait to be reaped are none. */
  running(): number {
    const lives = (group: number): boolean =>
      new Deno.Command("pgrep", { args: ["-r", "R,S,D,T", "-g", `${group}`] }).outputSync().success;
    return this.#groups.filter(lives).length;
  }

  /** Writes a file, its folder too. */
  async writeFile(path: string, bytes: Uint8Array, mode: number): Promise<void> {
    const file = `${this.folder}${path}`;
    await Deno.mkdir(file.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeFile(file, bytes, { mode });
  }

  /** Reads a file. */
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
    return Deno.readFile(`${this.folder}${path}`);
  }

  /** A file's mode and size; zeros where there is none. */
  async stat(path: string): Promise<{ readonly mode: number; readonly size: number }> {
    const info = await Deno.stat(`${this.folder}${path}`).catch(() => undefined);
    return { mode: info?.mode ?? 0, size: info?.size ?? 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const group of this.#groups) {
      try {
        Deno.kill(-group, "SIGKILL");
      } catch {
        // ended by itself
      }
    }
    await Deno.remove(this.folder, { recursive: true });
  }
}
