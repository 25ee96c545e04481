/** What can go wrong on the way from a network to a phone, each with a code and what to do about it. */
import { CodedError, type CodedErrorOptions } from "./coded_error.ts";

/** What to do about each error, by its code. */
export const mobileHints = {
  EXPORT_UNSUPPORTED_OP: "replace the block that the message names; zen space lists what may stand in its place",
  EXPORT_NONFINITE: "the weights hold NaN or infinity: take a checkpoint from before the training diverged",
  EXPORT_BN_VAR: "the checkpoint's running statistics are damaged, or are not those of this structure",
  EXPORT_F16_OVERFLOW: "float16 ends at 65504: export with --precision f32, dynamic or int8",
  EXPORT_CALIBRATION_MISSING: "give --calibration a data set, a directory of PNG or JPEG images, or random",
  EXPORT_CALIBRATION_DEGENERATE: "calibrate on images that the network tells apart",
  EXPORT_NO_LAYER: "layers have the names of their parameters; * stands for any text: --keep f32 'layer1.*'",
  EXPORT_TOO_LARGE: "files and tensors end at 2 GiB: a smaller --resolution, or --precision f16 or int8",
  MODEL_CORRUPT: "the file is damaged, or no TensorFlow Lite model: export or download it again",
  MODEL_RUNTIME_REJECTED: "zen inspect shows the operators and their versions",
  MODEL_IO_TYPE: "this machine runs models with float32 inputs and outputs: export with --io float; phones run both",
  MODEL_INPUT: "a PNG, JPEG or WebP image serves; zen inspect shows the shapes of a model's inputs",
  MODEL_PROVENANCE: "only files that zen export wrote tell which network they hold",
  MODEL_WEIGHTS: "give --weights the file that zen export was given; a network of Zen-NAS's takes --pretrained as well",
  MODEL_NUMERICS: "export with a finer precision, or calibrate on more images",
} as const satisfies Record<string, string>;

/** The code of an error, for programs to tell errors apart. */
export type MobileErrorCode = keyof typeof mobileHints;

/** An error of an exporter, a model file, or a runtime. */
export class MobileError extends CodedError<MobileErrorCode> {
  static {
    this.prototype.name = "MobileError";
  }

  /** An error with this code and its whole message. */
  constructor(code: MobileErrorCode, message: string, options?: CodedErrorOptions) {
    super({ code, hints: mobileHints }, message, options);
  }
}
