/** Opens the weights that a command line names. */
import { basename } from "node:path";
import {
  fileHash,
  openCheckpoint,
  type PretrainedFile,
  pretrainedWeights,
  type PublishedWeights,
  readParameters,
} from "../../core/io/mod.ts";
import { networkNamed, networkNames, zooEntry, zooNames } from "../../core/networks/zoo/mod.ts";
import type { NetworkWeights, TrainedParameters } from "../../mobile/mod.ts";
import { UsageError } from "../errors.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { ProgressLine } from "../progress.ts";
import { grouped } from "../terminal.ts";
import type { WeightsOptions } from "./options.ts";

/** Weights in an open file. Reading them throws CheckpointError. */
export interface OpenedWeights extends NetworkWeights, Disposable {
  readonly file: PretrainedFile;
  readonly origin: TrainedParameters;
}

/** Whose weights are opened, and how. */
export interface WeightsAsked extends WeightsOptions {
  /** The network's name or structure; `--pretrained` takes those of Zen-NAS's. */
  readonly network: string;
  /** Stops fetching them; Ctrl-C unless told. */
  readonly signal?: AbortSignal | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** Where a network's weights were published. Throws UsageError for a network whose place is not known. */
function publishedWeights(network: string): PublishedWeights {
  const name = publishedName(network);
  if (zooNames.includes(name)) return zooEntry(name);
  const message = "Cannot fetch weights as --pretrained takes a network of Zen-NAS's (zen zoo list)";
  throw new UsageError(`${message}: got ${network}; give --weights FILE`);
}

async function fetchWeights({ network, checkpoints, signal, ...shown }: WeightsAsked): Promise<PretrainedFile> {
  using line = new ProgressLine({ hidden: shown.json || shown.quiet });
  using interrupt = signal ? undefined : new InterruptSignal({ finishing: "stopping" });
  return await pretrainedWeights(publishedWeights(network), {
    checkpoints,
    signal: signal ?? interrupt!.signal,
    onProgress: ({ received, total }) =>
      line.update(() => ({
        share: total ? received / total : 0,
        facts: [`fetching ${network}: ${grouped(received)} bytes`],
      })),
  });
}

/** Whether the options name weights. */
export function namesWeights({ weights, pretrained }: WeightsOptions): boolean {
  return weights !== undefined || pretrained === true;
}

/** Throws UsageError where weights are named for an exported file. */
export function refuseWeights(path: string, options: WeightsOptions): void {
  if (namesWeights(options)) throw new UsageError(`Cannot take weights for ${path} as an exported file has its own`);
}

/**
 * Opens the weights that the options name; undefined where they name none. Throws UsageError, FetchError,
 * CheckpointError.
 */
export async function openWeights(asked: WeightsAsked): Promise<OpenedWeights | undefined> {
  const { weights: path } = asked;
  if (!namesWeights(asked)) return undefined;
  const file = path === undefined ? await fetchWeights(asked) : { path, sha256: await fileHash(path) };
  const checkpoint = openCheckpoint(file.path);
  return {
    file,
    origin: { weights: basename(file.path), sha256: file.sha256, evaluation: null },
    values: (parameters) => readParameters(checkpoint, parameters),
    [Symbol.dispose]: () => checkpoint[Symbol.dispose](),
  };
}

/** What a structure is called in Zen-NAS's zoo; what was given where it is a name, or none of its networks. */
export function publishedName(text: string): string {
  if (networkNames.includes(text)) return text;
  return zooNames.find((name) => networkNamed(name).design().text === text) ?? text;
}
