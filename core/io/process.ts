/** What a run ran on: bits are promised on one kind of machine only. */
import manifest from "../../deno.json" with { type: "json" };

/** A process on a machine. */
export interface ProcessDescription {
  /** The name of the machine. */
  readonly host: string;
  /** The id of the process. */
  readonly pid: number;
  /** The operating system, as Deno names it. */
  readonly os: string;
  /** The architecture, as Deno names it. */
  readonly arch: string;
  /** Logical processors. */
  readonly processors: number;
  /** The version of Deno. */
  readonly deno: string;
  /** The version of this package. */
  readonly zennas: string;
  /** The device that scores, as its backend names it. */
  readonly device: string;
  /** The hash of each module of one's own that it runs, by the module's URL. */
  readonly modules?: Readonly<Record<string, string>>;
}

/** The name of this machine, if the process may know it: nothing depends on it. */
export function hostName(): string {
  return Deno.permissions.querySync({ name: "sys", kind: "hostname" }).state === "granted"
    ? Deno.hostname()
    : "this host";
}

/** This process on this machine, scoring on a device of that name. */
export function thisProcess(device: string): ProcessDescription {
  return {
    host: hostName(), // without it, the process id alone says who holds a run
    pid: Deno.pid,
    os: Deno.build.os,
    arch: Deno.build.arch,
    processors: navigator.hardwareConcurrency,
    deno: Deno.version.deno,
    zennas: manifest.version,
    device,
  };
}
