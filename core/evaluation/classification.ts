/** Gathers what a classifier answered, image by image, into accuracies, a confusion matrix and a calibration error. */
import { shareInterval95 } from "../numeric/statistics.ts";
import { measureAnswer } from "./measures.ts";

/** How many answers were right, and how far to trust the share. */
export interface Accuracy {
  /** Right answers. */
  readonly right: number;
  /** Right answers of all, 0 to 1. */
  readonly share: number;
  /** 95 % confidence interval of the share (Wilson's). */
  readonly interval95: readonly [low: number, high: number];
}

/** The answers to one class's images. */
export interface ClassAccuracy {
  /** The class's index. */
  readonly label: number;
  /** Its images. */
  readonly images: number;
  /** Those of them that were given this class. */
  readonly right: number;
}

/** An image that cost much. */
export interface CostlyImage {
  /** Its place in the data set. */
  readonly index: number;
  /** Its class. */
  readonly label: number;
  /** The class that it was given. */
  readonly predicted: number;
  /** Cross-entropy. */
  readonly loss: number;
}

/** How well a network classified a set of images. */
export interface ClassificationResult {
  /** Images that were answered. */
  readonly images: number;
  /** Answers whose first class was right. */
  readonly top1: Accuracy;
  /** Answers with the right class among the first five. */
  readonly top5: Accuracy;
  /** Mean cross-entropy of the images whose logits were finite; null where there were none. */
  readonly loss: number | null;
  /** Images with a logit that was not finite; they count as wrong. */
  readonly notFinite: number;
  /** Each class with its images, in the order of the classes. */
  readonly perClass: readonly ClassAccuracy[];
  /** Images by class (row) and answer (column). */
  readonly confusion: readonly (readonly number[])[];
  /** Expected calibration error over 15 bins of confidence, 0 to 1 (Guo et al., ICML 2017). */
  readonly calibrationError: number;
  /** The images of the largest losses, largest first; of equal ones the first in the data set. */
  readonly worst: readonly CostlyImage[];
}

/** The equal bins of confidence. */
const BINS = 15;

/** The right class may be among so many. */
const TOP = 5;

/** What {@link Classification} keeps. */
export interface ClassificationOptions {
  /** Outputs of the classifier. */
  readonly classes: number;
  /** How many of the costliest images are kept; none unless told. */
  readonly worst?: number;
}

/** Logits of some images, and what the images are. */
export interface AnsweredBatch {
  /** `[images, classes]`, row-major. */
  readonly logits: Float32Array;
  /** The class of each image. */
  readonly labels: readonly number[];
  /** The place of each image in the data set. */
  readonly indices: readonly number[];
}

interface Bin {
  images: number;
  right: number;
  confidence: number;
}

/** Counts answers as they come. The result depends on the answers, not on how they were cut into batches. */
export class Classification {
  readonly #classes: number;
  readonly #worstCount: number;
  readonly #confusion: number[][];
  /** Right answers by class. */
  readonly #right: number[];
  readonly #bins: Bin[] = Array.from({ length: BINS }, () => ({ images: 0, right: 0, confidence: 0 }));
  #worst: CostlyImage[] = [];
  #images = 0;
  #top5 = 0;
  #loss = 0;
  #notFinite = 0;

  /** Creates an empty one. */
  constructor({ classes, worst = 0 }: ClassificationOptions) {
    this.#classes = classes;
    this.#worstCount = worst;
    this.#right = new Array<number>(classes).fill(0);
    this.#confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  /** Counts a batch. Throws RangeError for a label that is no class. */
  add({ logits, labels, indices }: AnsweredBatch): void {
    labels.forEach((label, image) => {
      const own = logits.subarray(image * this.#classes, (image + 1) * this.#classes);
      this.#count(own, { label, index: indices[image]! });
    });
  }

  #count(logits: Float32Array, { label, index }: { readonly label: number; readonly index: number }): void {
    const { predicted, rank, confidence, loss } = measureAnswer(logits, label), right = rank === 0 ? 1 : 0;
    this.#images++;
    this.#right[label]! += right;
    this.#confusion[label]![predicted]!++;
    if (rank < TOP) this.#top5++;
    if (Number.isFinite(loss)) this.#loss += loss;
    else this.#notFinite++;
    const bin = this.#bins[Math.min(BINS - 1, Math.floor(confidence * BINS))]!;
    bin.images++;
    bin.right += right;
    bin.confidence += confidence;
    this.#keepWorst({ index, label, predicted, loss });
  }

  #keepWorst(image: CostlyImage): void {
    if (this.#worstCount === 0) return;
    const last = this.#worst.at(-1);
    if (last && this.#worst.length === this.#worstCount && costsLess(image, last)) return;
    const place = this.#worst.findIndex((kept) => costsLess(kept, image));
    this.#worst.splice(place < 0 ? this.#worst.length : place, 0, image);
    this.#worst = this.#worst.slice(0, this.#worstCount);
  }

  /** Images counted so far. */
  get images(): number {
    return this.#images;
  }

  /** Right answers so far. */
  get right(): number {
    return this.#right.reduce((sum, count) => sum + count, 0);
  }

  /** What was counted so far. Throws RangeError before the first image. */
  result(): ClassificationResult {
    const perClass = this.#confusion.map((row, label) => ({
      label,
      images: row.reduce((sum, count) => sum + count, 0),
      right: this.#right[label]!,
    }));
    const finite = this.#images - this.#notFinite;
    return {
      images: this.#images,
      top1: this.#accuracy(this.right),
      top5: this.#accuracy(this.#top5),
      loss: finite === 0 ? null : this.#loss / finite,
      notFinite: this.#notFinite,
      perClass,
      confusion: this.#confusion.map((row) => [...row]),
      calibrationError: this.#calibrationError(),
      worst: this.#worst,
    };
  }

  #accuracy(right: number): Accuracy {
    return { right, share: right / this.#images, interval95: shareInterval95(right, this.#images) };
  }

  #calibrationError(): number {
    const gaps = this.#bins.map(({ right, confidence }) => Math.abs(right - confidence));
    return gaps.reduce((sum, gap) => sum + gap, 0) / this.#images;
  }
}

/** Whether an image comes after another one in the order of losses. */
function costsLess(image: CostlyImage, other: CostlyImage): boolean {
  return image.loss === other.loss ? image.index > other.index : image.loss < other.loss;
}
