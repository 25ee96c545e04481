/** What is evaluated: a network with weights from a file, or an exported file. */
import { type Classifier, openClassifier } from "../../core/mod.ts";
import { readBytes } from "../../core/io/files/read.ts";
import type { PretrainedFile } from "../../core/io/mod.ts";
import type { NormalizationName } from "../../core/images/mod.ts";
import type { DesignForm, NamedDesign } from "../../core/networks/design.ts";
import { networkNamed, networkNames } from "../../core/networks/zoo/mod.ts";
import {
  type ClassifierFormat,
  fileLabels,
  openFileClassifier,
  readLiteFile,
  type StatedNormalization,
  statedNormalization,
} from "../../mobile/mod.ts";
import { describeDevice, type DeviceOptions, openDevice } from "../device.ts";
import { UsageError } from "../errors.ts";
import { formOf, type FormOptions } from "../form_options.ts";
import { type ChosenNormalization, namedNormalization } from "../normalization.ts";
import { openWeights, refuseWeights } from "../weights/open.ts";
import type { WeightsOptions } from "../weights/options.ts";
import { imagesOf } from "./preparation.ts";

/** What the options that choose a network and its weights parse to. */
export interface SubjectOptions extends WeightsOptions, FormOptions, DeviceOptions {
  readonly reslink: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What the images are, where the network leaves it open. */
export interface ImagesMeant {
  /** Classes of the data set; undefined where there is none. */
  readonly classes?: number | undefined;
  /** Rows and columns of its images; undefined where they differ. */
  readonly size?: number | undefined;
  /** Images of a batch. */
  readonly batch: number;
  /** Stops fetching weights. */
  readonly signal: AbortSignal;
}

/** A classifier, and what is known of it. */
export interface Subject extends AsyncDisposable {
  /** The network's name or structure, or the file's path. */
  readonly name: string;
  readonly classifier: Classifier;
  /** Rows and columns of the centre crop that it was published with; its own resolution where that is not known. */
  readonly crop: number;
  /** The normalisation that it was trained with, where that is known. */
  readonly normalization: NormalizationName | undefined;
  /** What an exported file itself says that pixels are normalised by. */
  readonly stated?: StatedNormalization | undefined;
  /** Its form; null for an exported file. */
  readonly form: DesignForm | null;
  /** Where its weights are from; null for an exported file, which holds its own. */
  readonly weights: PretrainedFile | null;
  /** What it runs on. */
  readonly device: string;
  /** Names of its classes; none where it does not say. */
  readonly labels: readonly string[];
}

/** What a subject's images are normalised by: as asked for, as the file says, as the network was trained, or as usual. */
export function normalizationFor(
  { stated, normalization }: Pick<Subject, "stated" | "normalization">,
  { asked, usual }: { readonly asked: NormalizationName | undefined; readonly usual: NormalizationName },
): ChosenNormalization {
  if (asked === undefined && stated) return stated;
  return namedNormalization(asked ?? normalization ?? usual);
}

/** The format of an exported file, by its name; undefined for a network. */
export function formatOf(text: string): ClassifierFormat | undefined {
  const [, format] = /\.(tflite|onnx)$/i.exec(text) ?? [];
  return format?.toLowerCase() as ClassifierFormat | undefined;
}

/** Throws UsageError for images of other classes than a network's. */
function checkClasses(classes: number, meant: ImagesMeant): void {
  if (meant.classes === undefined || meant.classes === classes) return;
  throw new UsageError(
    `Cannot evaluate as network and data must have the same classes: got ${classes} and ${meant.classes}`,
  );
}

async function openFile(
  path: string,
  format: ClassifierFormat,
  { options, meant }: { readonly options: SubjectOptions; readonly meant: ImagesMeant },
): Promise<Subject> {
  refuseWeights(path, options);
  const bytes = await readBytes(path, "model"), classifier = await openFileClassifier(bytes, format);
  checkClasses(classifier.classes, meant);
  const file = format === "tflite" ? readLiteFile(bytes) : undefined;
  return {
    name: path,
    classifier,
    crop: classifier.resolution,
    normalization: undefined,
    stated: file && statedNormalization(file),
    form: null,
    weights: null,
    device: format === "tflite" ? "cpu, LiteRT" : "cpu, onnxruntime",
    labels: file ? fileLabels(bytes, file) : [],
    [Symbol.asyncDispose]: () => Promise.resolve(classifier[Symbol.dispose]()),
  };
}

/** The form that a network is evaluated in: a structure string takes what it leaves open from the images. */
function designOf(text: string, options: SubjectOptions, { classes, size }: ImagesMeant): NamedDesign {
  const network = networkNamed(text), asked = formOf(options, options.reslink);
  if (networkNames.includes(text)) return network.design(asked);
  const resolution = asked.resolution ?? size;
  if (resolution === undefined) {
    throw new UsageError("Cannot choose the resolution of a structure as images have sizes of their own: --resolution");
  }
  return network.design({ ...asked, resolution, classes: asked.classes ?? classes });
}

async function openNetwork(text: string, options: SubjectOptions, meant: ImagesMeant): Promise<Subject> {
  const design = designOf(text, options, meant);
  checkClasses(design.classes, meant);
  using weights = await openWeights({ ...options, network: text, signal: meant.signal });
  if (!weights) throw new UsageError(`Cannot evaluate ${text} without weights: give --weights FILE, or --pretrained`);
  const backend = await openDevice(options);
  try {
    const classifier = await openClassifier(design, {
      batch: meant.batch,
      backend,
      values: weights.values,
    });
    return {
      name: text,
      classifier,
      ...imagesOf(text, design),
      form: design.form,
      weights: weights.file,
      device: describeDevice(backend),
      labels: [],
      async [Symbol.asyncDispose]() {
        classifier[Symbol.dispose]();
        await backend[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await backend[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Opens what a text names: an exported file by its ending, else a network of the zoo or a structure string with the
 * weights that the options name. Throws UsageError, CheckpointError, FetchError, MobileError, StructureSyntaxError.
 */
export function openSubject(text: string, options: SubjectOptions, meant: ImagesMeant): Promise<Subject> {
  const format = formatOf(text);
  return format ? openFile(text, format, { options, meant }) : openNetwork(text, options, meant);
}
