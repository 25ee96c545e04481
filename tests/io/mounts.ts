/** File systems that tests mount, where they may. */
import { TemporaryDirectory } from "./run_case.ts";

/** Calls `mount`; whether it did. */
export function mount(...args: readonly string[]): boolean {
  return new Deno.Command("mount", { args: [...args], stderr: "null" }).outputSync().success;
}

/** Calls `umount`; whether it did. */
export function unmount(path: string): boolean {
  return new Deno.Command("umount", { args: [path] }).outputSync().success;
}

/** Whether this process may mount. */
export function mayMount(): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  using temporary = new TemporaryDirectory();
  return mount("-t", "tmpfs", "zennas-test", temporary.path) && unmount(temporary.path);
}

/** A disk with so few bytes that it is soon full. Unmounted in the end. */
export class SmallDisk implements Disposable {
  readonly #parent = new TemporaryDirectory();
  /** Where it is mounted. */
  readonly path: string = `${this.#parent.path}/disk`;

  /** A disk of `kib` KiB. Throws where this process may not mount. */
  constructor(kib: number) {
    Deno.mkdirSync(this.path);
    if (!mount("-t", "tmpfs", "-o", `size=${kib}k`, "zennas-test", this.path)) throw new Error("cannot mount");
  }

  /** The names of what is on it. */
  names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    unmount(this.path);
    this.#parent[Symbol.dispose]();
  }
}
