/** The first images of a data set as a data set. */
import type { DataSet } from "./data_set.ts";

/** A data set's first images; all where there are no more. */
export function limitedData(data: DataSet, limit: number): DataSet {
  return {
    name: data.name,
    split: data.split,
    classes: data.classes,
    imageSize: data.imageSize,
    count: Math.min(data.count, limit),
    label: (index) => data.label(index),
    nameOf: (index) => data.nameOf(index),
    source: (index) => data.source(index),
  };
}
