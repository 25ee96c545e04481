/** Published MD5 sums of data sets' files. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { dataSetError } from "./error.ts";

/**
 * By file name. CIFAR's are on https://www.cs.toronto.edu/~kriz/cifar.html; those of the files in CIFAR's Python archives,
 * of MNIST and of Fashion-MNIST and KMNIST, which have its names, are in torchvision/datasets/{cifar,mnist}.py.
 */
const published: Readonly<Record<string, readonly string[]>> = {
  "cifar-10-binary.tar.gz": ["c32a1d4ab5d03f1284b67883e8d87530"],
  "cifar-10-python.tar.gz": ["c58f30108f718f92721af3b95e74349a"],
  "cifar-100-binary.tar.gz": ["03b5dce01913d631647c71ecec9e9cb8"],
  "cifar-100-python.tar.gz": ["eb9058c3a382ffc7106e4002c42a8d85"],
  "data_batch_1": ["c99cafc152244af753f735de768cd75f"],
  "data_batch_2": ["d4bba439e000b95fd0a9bffe97cbabec"],
  "data_batch_3": ["54ebc095f3ab1f0389bbae665268c751"],
  "data_batch_4": ["634d18415352ddfa80567beed471001a"],
  "data_batch_5": ["482c414d41f54cd18b22e5b47cb7c3cb"],
  "test_batch": ["40351d587109b95175f43aff81a1287e"],
  "train": ["16019d7e3df5f24257cddd939b257f8d"],
  "test": ["f0ef6b0ae62326f3e7ffdfab6717acfc"],
  "train-images-idx3-ubyte.gz": [
    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "bdb82020997e1d708af4cf47b453dcf7",
  ],
  "train-labels-idx1-ubyte.gz": [
    "d53e105ee54ea40749a09fcbcd1e9432",
    "25c81989df183df01b3e8a0aad5dffbe",
    "e144d726b3acfaa3e44228e80efcd344",
  ],
  "t10k-images-idx3-ubyte.gz": [
    "9fb629c4189551a2d022fa330f9573f3",
    "bef4ecab320f06d8554ea6380940ec79",
    "5c965bf0a639b31b8f53240b1b52f4d7",
  ],
  "t10k-labels-idx1-ubyte.gz": [
    "ec29112dd5afa0611ce80d1b7f02629c",
    "bb300cfdad3c16e7a12a480ee83cd310",
    "7320c461ea6c1c855c0b718fb2a4b134",
  ],
};

/** A file's sum beside the published ones. */
export interface Checksum {
  /** The file. */
  readonly path: string;
  /** MD5, hexadecimal. */
  readonly md5: string;
  /** `published`: it is the published file; `differs`: it has its name alone; `unknown`: no sum of it was published. */
  readonly state: "published" | "differs" | "unknown";
}

/** Reads a file and compares its sum. Throws DataSetError for one that cannot be read. */
export async function checksumOf(path: string): Promise<Checksum> {
  const hash = createHash("md5");
  try {
    const file = await Deno.open(path);
    for await (const chunk of file.readable) hash.update(chunk);
  } catch (cause) {
    throw dataSetError(path, cause);
  }
  const md5 = hash.digest("hex"), known = published[basename(path)];
  return { path, md5, state: !known ? "unknown" : known.includes(md5) ? "published" : "differs" };
}
