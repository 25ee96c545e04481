/** A team: workers that compute one program together. Runs, reads and writes take effect one after the other. */
import { DeviceLostError } from "../../../core/graph/backend.ts";
import type { RunOptions } from "../../../core/graph/op.ts";
import { startWorker } from "../../../core/io/worker_start.ts";
import { wordsOf } from "../calls.ts";
import { compileTeam } from "../module.ts";
import type { SplitProgram } from "../program.ts";
import { CONTROL_WORDS, giveUp, resetControl } from "./barrier.ts";
import type { TeamReply, TeamRequest } from "./messages.ts";
import type { Space } from "./space.ts";

/** A split program under the number that workers know it by, and the memory that it uses. */
export interface TeamProgram {
  readonly id: number;
  readonly space: Space;
  /** Lowers it when it first runs. */
  readonly split: () => SplitProgram;
}

/** How to make a team. */
export interface TeamOptions {
  readonly workers: number;
  /** The workers' script; another one in tests. */
  readonly script?: URL;
}

interface Member {
  readonly worker: Worker;
  readonly knownPrograms: Set<number>;
  readonly knownSpaces: Set<number>;
  /** Told when it has replied, or has crashed. */
  owed: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
}

const defaultScript = new URL("./worker.ts", import.meta.url);

/** Workers that start with their first run, and again after one has crashed. */
export class Team {
  readonly #options: TeamOptions;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * CONTROL_WORDS));
  #modules: Promise<WebAssembly.Module[]> | undefined;
  #members: Member[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: TeamOptions) {
    this.#options = options;
  }

  /** Does something with a memory once all that was asked for before has been done. */
  queue<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(() => {
      this.#checkOpen();
      return work();
    });
    this.#last = done.catch(() => {});
    return done;
  }

  /** Queues a run. Rejects with DeviceLostError where a worker or the team ended; then no held tensor has changed. */
  run(program: TeamProgram, options: RunOptions): Promise<Float32Array<ArrayBuffer>[]> {
    return this.queue(async () => {
      const { space } = program, split = program.split(), words = wordsOf(options);
      space.upload(split, options);
      await this.#start();
      resetControl(this.#control);
      await this.#all((member) =>
        this.#ask(member, {
          ...{ type: "run", space: space.id, program: program.id, words },
          ...(member.knownSpaces.has(space.id) ? {} : { memory: space.memory }),
          ...(member.knownPrograms.has(program.id) ? {} : { phases: split.phases }),
        })
      );
      this.#members.forEach(({ knownPrograms, knownSpaces }) => {
        knownPrograms.add(program.id);
        knownSpaces.add(space.id);
      });
      this.#checkOpen();
      const outputs = split.outputs.map((tensor) => space.copy(tensor));
      space.commit(split);
      return outputs;
    });
  }

  /** Lets workers forget a program. */
  drop(program: number): void {
    for (const member of this.#members) {
      if (member.knownPrograms.delete(program)) this.#post(member, { type: "drop", program });
    }
  }

  /** Lets workers forget a memory. */
  leave({ id }: Space): void {
    for (const member of this.#members) {
      if (member.knownSpaces.delete(id)) this.#post(member, { type: "leave", space: id });
    }
  }

  /** Ends the workers; what has not finished rejects. */
  close(): void {
    this.#closed = true;
    this.#end("its backend was closed");
  }

  #checkOpen(): void {
    if (this.#closed) throw new DeviceLostError("Cannot finish a run as its backend was closed");
  }

  async #start(): Promise<void> {
    if (this.#members.length > 0) return;
    const { workers, script = defaultScript } = this.#options, modules = await (this.#modules ??= compileTeam(workers));
    this.#checkOpen();
    this.#members = modules.map(() => this.#member(script));
    await this.#all((member, index) =>
      this.#ask(member, { type: "start", module: modules[index]!, index, workers, control: this.#control })
    );
  }

  #member(script: URL): Member {
    const worker = startWorker<TeamReply>(script, {
      received: ({ error }) => {
        const { owed } = member;
        member.owed = undefined;
        if (error === undefined) owed?.resolve();
        else owed?.reject(new DeviceLostError(`Cannot finish a run as a worker failed: ${error}`));
      },
      crashed: (reason) => {
        giveUp(this.#control);
        member.owed?.reject(new DeviceLostError(`Cannot finish a run as a worker crashed: ${reason}`));
        member.owed = undefined;
      },
    });
    const member: Member = { worker, knownPrograms: new Set(), knownSpaces: new Set(), owed: undefined };
    return member;
  }

  /** Asks every worker. Where one fails, waits until none computes any more, then ends all. */
  async #all(ask: (member: Member, index: number) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled(this.#members.map(ask));
    const failed = results.find((result) => result.status === "rejected");
    if (!failed) return;
    this.#end("another worker crashed");
    throw failed.reason;
  }

  #ask(member: Member, request: TeamRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      member.owed = { resolve, reject };
      this.#post(member, request);
    });
  }

  #post({ worker }: Member, request: TeamRequest): void {
    worker.postMessage(request);
  }

  #end(reason: string): void {
    giveUp(this.#control);
    const lost = new DeviceLostError(`Cannot finish a run as ${reason}`);
    for (const { worker, owed } of this.#members.splice(0)) {
      worker.terminate();
      owed?.reject(lost);
    }
  }
}
