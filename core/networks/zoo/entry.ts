/** The data of a published network. */

/** Figures from the paper's tables; null where none was published. */
export interface PublishedFigures {
  /**
   * Parameters; for `zennet_imagenet1k_flops400M_SE_res224` and `…600M…`, those without the squeeze-and-excitation
   * branches.
   */
  readonly params: number;
  /** Multiply-adds. */
  readonly flops: number | null;
  /** Top-1 accuracy on the data set that is part of the name, %. */
  readonly top1Percent: number;
  /** NVIDIA V100, half precision, batch 64, ms per image. */
  readonly v100MsPerImage: number | null;
  /** NVIDIA T4, 8-bit integers, batch 64, ms per image. */
  readonly t4MsPerImage: number | null;
  /** Google Pixel 2, one image, ms. */
  readonly pixel2Ms: number | null;
}

/** A published network: its structure, and where its trained weights are. */
export interface ZooEntry {
  /** A structure string. */
  readonly structure: string;
  /** Outputs of the classifier. */
  readonly classes: number;
  /** Rows and columns of the network's input. */
  readonly resolution: number;
  /** Rows and columns of the centre crop, which is then resized to {@link resolution}. */
  readonly cropResolution: number;
  /** Whether its super blocks contain squeeze-and-excitation. */
  readonly squeezeExcite: boolean;
  /** Path within the directory of checkpoints. */
  readonly checkpoint: string;
  /** Where the checkpoint was published. */
  readonly url: string;
  /** The paper's figures. */
  readonly published: PublishedFigures;
}
